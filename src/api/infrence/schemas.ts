import { t } from 'elysia';
import { addition } from '../../http/openapi';
import { answersFor } from '../answers';
import { LlmStats } from '../llm-stats';
import {
  dateTime,
  double,
  int64,
  micros,
  nullableInt32,
  nullableInt64,
  nullableText,
  nullableTime,
  oneOf,
  open,
  strict,
  uuid,
} from './fields';

const ResearchMode = oneOf(['lite', 'standard', 'pro', 'max'], {
  expects: 'lite, standard, pro or max',
  description:
    'The budget and the price: lite 50, standard 200, pro 600 credits; max is metered. standard if absent.',
});

const GivenSource = t.Union(
  [
    t.Object({ url: t.String() }, strict),
    t.Object({ text: t.String(), title: t.Optional(t.String({ maxLength: 300 })) }, strict),
    t.Object({ document_id: uuid() }, strict),
  ],
  { expects: '{"url": …}, {"text": …, "title": …} or {"document_id": …}' },
);

export const ResearchRequest = t.Object(
  {
    question: t.String({ description: 'What is to be found out, in 3 to 4,000 characters.' }),
    mode: t.Optional(ResearchMode),
    async: t.Optional(
      t.Boolean({ description: 'Answer 202 at once instead of waiting for the result.' }),
    ),
    include_sources: t.Optional(
      t.Boolean({ description: 'Give each source its summary. True if absent.' }),
    ),
    max_credits: t.Optional(
      t.Union([int64(), t.Null()], {
        expects: 'a whole number of credits, or null',
        description: 'The most the job may cost. Required for max.',
      }),
    ),
    max_wallclock_secs: t.Optional(
      t.Union([int64({ minimum: 0 }), t.Null()], {
        expects: 'a whole number of seconds, or null',
        description: 'A shorter or longer time limit than the mode has.',
      }),
    ),
    response_schema: t.Optional(
      t.Object(
        {},
        {
          ...open,
          expects: 'a JSON Schema object',
          description: 'JSON Schema of the typed answer.',
        },
      ),
    ),
    webhook_url: t.Optional(t.Union([t.String(), t.Null()], { expects: 'an address, or null' })),
    sources: t.Optional(
      t.Array(GivenSource, {
        ...addition,
        description: 'Addition: read first. Addresses, texts, or documents of the library.',
      }),
    ),
    search: t.Optional(
      t.Object(
        { library: t.Optional(t.Boolean()), web: t.Optional(t.Boolean()) },
        {
          ...strict,
          ...addition,
          description: 'Addition: which providers may be asked. Both if absent.',
        },
      ),
    ),
    language: t.Optional(
      t.String({
        ...addition,
        pattern: '^[a-z]{2}$',
        expects: 'two lower-case letters',
        description: 'Addition: ISO 639-1 language to search in. en if absent.',
      }),
    ),
  },
  strict,
);

const Quote = t.Object(
  {
    source: int64({ description: 'The number of the source.' }),
    url: t.String(),
    text: t.String({ description: 'Letter by letter as the source has it.' }),
    start: int64({ description: 'Offset in the snapshot, in UTF-16 code units.' }),
    end: int64(),
    page: nullableInt32(),
    snapshot_hash: t.String({ description: 'SHA-256 of the text that was read.' }),
  },
  addition,
);

const Finding = t.Object(
  {
    id: t.String(),
    text: t.String(),
    kind: oneOf(['fact', 'quote', 'claim']),
    status: oneOf(['established', 'reported', 'contested', 'NEI', 'unverified']),
    confidence: double({ minimum: 0, maximum: 1 }),
    quotes: t.Array(Quote, { minItems: 1 }),
    disputed_by: t.Array(Quote),
  },
  addition,
);

const SourceDto = t.Object({
  url: t.String(),
  title: t.String(),
  domain: t.String(),
  summary: nullableText(),
  number: int64({ ...addition, description: 'Addition: the [n] of the brief.' }),
  provider: t.String({ ...addition, description: 'Addition: who found it.' }),
  snapshot_hash: t.String({
    ...addition,
    description: 'Addition: SHA-256 of the text that was read.',
  }),
  copy_of: nullableInt32({
    ...addition,
    description: 'Addition: the number of the source it is a copy of.',
  }),
});

/** What the contract's ResearchResult does not tell. */
const resultAdditions = {
  mode: t.String({ ...addition, description: 'Addition.' }),
  findings: t.Array(Finding, { ...addition, description: 'Addition.' }),
  typed_basis: t.Array(
    t.Object({ field: t.String(), confidence: double(), quotes: t.Array(Quote) }),
    {
      ...addition,
      description: 'Addition: for each field of `typed`, by JSON pointer, its quotes.',
    },
  ),
  gaps: t.Array(
    t.Object({
      sub_question: t.String(),
      searched: t.Array(t.String()),
      found_count: int64(),
      unread_count: int64(),
    }),
    { ...addition, description: 'Addition: what stays open, and where it was looked for.' },
  ),
  plan: t.Object(
    { sub_questions: t.Array(t.String()) },
    { ...addition, description: 'Addition: what the question was taken apart into.' },
  ),
  providers: t.Array(
    t.Object({ name: t.String(), queries: int64(), found: int64(), error: nullableText() }),
    { ...addition, description: 'Addition: what each provider was asked, found and failed at.' },
  ),
  unreadable: t.Array(t.Object({ url: t.String(), reason: t.String() }), {
    ...addition,
    description: 'Addition: sources that could not be read.',
  }),
  stop_reason: nullableText({ ...addition, description: 'Addition: why no further wave was run.' }),
  credits_micros: micros('what was charged'),
  stats: t.Object(
    { llm: t.Union([LlmStats, t.Null()]) },
    { ...addition, description: 'Addition: what was used beside the sources.' },
  ),
};

const ResearchResult = t.Object({
  id: uuid(),
  status: t.String({ description: 'pending, running, completed, failed or canceled.' }),
  question: t.String(),
  brief: nullableText({ description: 'Markdown; [n] names a source.' }),
  typed: t.Object(
    {},
    {
      ...open,
      description:
        'Valid against response_schema; empty when a field it requires has no evidence, which `error` names.',
    },
  ),
  sources: t.Array(SourceDto),
  credits_charged: int64(),
  cost_usd: double(),
  created_at: dateTime(),
  completed_at: nullableTime(),
  latency_ms: nullableInt64(),
  wave_count: nullableInt32({ minimum: 0 }),
  error: nullableText(),
  ...resultAdditions,
});

const AsyncAccepted = t.Object({
  id: uuid(),
  status: t.String(),
  status_url: t.String(),
  events_url: t.String(),
});

const ResearchLogRow = t.Object({
  id: uuid(),
  created_at: dateTime(),
  status: t.String(),
  question: t.String(),
  mode: t.String({ ...addition, description: 'Addition.' }),
  credits_charged: int64(),
  cost_usd_micros: int64(),
  completed_at: nullableTime(),
  latency_ms: nullableInt32(),
  source_count: nullableInt32(),
  wave_count: nullableInt32(),
});

const BalanceDto = t.Object({
  credits: int64({ description: 'Available, rounded down.' }),
  usd: t.String(),
  credits_micros: micros('what is available'),
  held_micros: micros('what is set aside for running jobs'),
});

const document = {
  id: uuid(),
  title: t.String(),
  origin: t.String(),
  media_type: t.String(),
  bytes: int64(),
  shared: t.Boolean(),
  chunk_count: int64(),
  snapshot_hash: t.String(),
  created_at: dateTime(),
};

const DocumentDto = t.Object(document, addition);

const DocumentTextDto = t.Object({ ...document, text: t.String() }, addition);

const LibraryHitDto = t.Object(
  {
    document_id: uuid(),
    title: t.String(),
    origin: t.String(),
    text: t.String(),
    start: int64(),
    end: int64(),
    score: double(),
    snapshot_hash: t.String(),
  },
  addition,
);

const ProblemDto = t.Object(
  {
    type: t.String(),
    title: t.String(),
    status: int64(),
    detail: t.String(),
    code: t.String(),
    field: t.Optional(t.String()),
  },
  { ...addition, description: 'What went wrong, as RFC 9457 has it, and the field at fault.' },
);

/** By the names they have in the API description. */
export const models = {
  ResearchMode,
  ResearchRequest,
  SourceDto,
  Quote,
  Finding,
  ResearchResult,
  AsyncAccepted,
  ResearchLogRow,
  BalanceDto,
  DocumentDto,
  DocumentTextDto,
  LibraryHitDto,
  ProblemDto,
};

/** One documented answer of an operation: a model, a list of it, or a problem. */
export const answers = answersFor<keyof typeof models>();
