// Elysia's own integer takes strings too, and says so in the API description.
import { Type } from '@sinclair/typebox';
import { t } from 'elysia';
import { answersFor } from './answers';

const strict = { additionalProperties: false };
const id = t.String({ format: 'uuid' });
const dateTime = t.String({ format: 'date-time' });

/** In answers, which are described and never checked, a type list says it as the contract does. */
function nullable(type: 'string' | 'integer' | 'number', rest: Record<string, unknown> = {}) {
  return t.Unsafe<string | number | null>({ type: [type, 'null'], ...rest });
}

const GivenSource = t.Union(
  [
    t.Object({ url: t.String() }, strict),
    t.Object({ text: t.String(), title: t.Optional(t.String({ maxLength: 300 })) }, strict),
    t.Object({ document_id: id }, strict),
  ],
  { expects: '{"url": …}, {"text": …, "title": …} or {"document_id": …}' },
);

export const ResearchRequest = t.Object(
  {
    question: t.String({ description: 'What is to be found out, in 3 to 4,000 characters.' }),
    mode: t.Optional(
      t.UnionEnum(['lite', 'standard', 'pro', 'max'], {
        default: 'standard',
        expects: 'lite, standard, pro or max',
        description:
          'The budget and the price: lite 50, standard 200, pro 600 credits; max is metered.',
      }),
    ),
    async: t.Optional(
      t.Boolean({ description: 'Answer 202 at once instead of waiting for the result.' }),
    ),
    include_sources: t.Optional(
      t.Boolean({ description: 'Give each source its summary. True if absent.' }),
    ),
    max_credits: t.Optional(
      t.Union([Type.Integer(), t.Null()], {
        expects: 'a whole number of credits, or null',
        description: 'The most the job may cost. Required for max.',
      }),
    ),
    max_wallclock_secs: t.Optional(
      t.Union([Type.Integer(), t.Null()], {
        expects: 'a whole number of seconds, or null',
        description: 'A shorter or longer time limit than the mode has.',
      }),
    ),
    response_schema: t.Optional(
      t.Union([t.Record(t.String(), t.Unknown()), t.Null()], {
        expects: 'a JSON Schema object, or null',
        description: 'JSON Schema of the typed answer.',
      }),
    ),
    webhook_url: t.Optional(t.Union([t.String(), t.Null()], { expects: 'an address, or null' })),
    sources: t.Optional(
      t.Array(GivenSource, {
        description: 'Addition: read first. Addresses, texts, or documents of the library.',
      }),
    ),
    search: t.Optional(
      t.Object(
        { library: t.Optional(t.Boolean()), web: t.Optional(t.Boolean()) },
        { ...strict, description: 'Addition: which providers may be asked. Both if absent.' },
      ),
    ),
    language: t.Optional(
      t.String({
        pattern: '^[a-z]{2}$',
        expects: 'two lower-case letters',
        description: 'Addition: ISO 639-1 language to search in. en if absent.',
      }),
    ),
  },
  strict,
);

const Quote = t.Object({
  source: Type.Integer({ description: 'The number of the source.' }),
  url: t.String(),
  text: t.String({ description: 'Letter by letter as the source has it.' }),
  start: Type.Integer({ description: 'Offset in the snapshot, in UTF-16 code units.' }),
  end: Type.Integer(),
  page: nullable('integer'),
  snapshot_hash: t.String({ description: 'SHA-256 of the text that was read.' }),
});

const Finding = t.Object({
  id: t.String(),
  text: t.String(),
  kind: t.String({ description: 'fact, quote or claim.' }),
  status: t.String({ description: 'established, reported, contested, NEI or unverified.' }),
  confidence: t.Number({ minimum: 0, maximum: 1 }),
  quotes: t.Array(Quote, { minItems: 1 }),
  disputed_by: t.Array(Quote),
});

const SourceDto = t.Object({
  url: t.String(),
  title: t.String(),
  domain: t.String(),
  summary: t.Optional(nullable('string')),
  number: Type.Integer({ description: 'Addition: the [n] of the brief.' }),
  provider: t.String({ description: 'Addition: who found it.' }),
  snapshot_hash: t.String({ description: 'Addition: SHA-256 of the text that was read.' }),
  copy_of: nullable('integer', {
    description: 'Addition: the number of the source it is a copy of.',
  }),
});

const ResearchResult = t.Object({
  id,
  status: t.String({ description: 'pending, running, completed, failed or canceled.' }),
  question: t.String(),
  brief: t.Optional(nullable('string', { description: 'Markdown; [n] names a source.' })),
  typed: t.Unsafe<unknown>({
    type: ['object', 'null'],
    description: 'Valid against response_schema; null when a field it requires has no evidence.',
  }),
  sources: t.Array(SourceDto),
  credits_charged: Type.Integer(),
  cost_usd: t.Number(),
  created_at: dateTime,
  completed_at: t.Optional(nullable('string', { format: 'date-time' })),
  latency_ms: t.Optional(nullable('integer')),
  wave_count: t.Optional(nullable('integer')),
  error: t.Optional(nullable('string')),
  findings: t.Array(Finding, { description: 'Addition.' }),
});

const AsyncAccepted = t.Object({
  id,
  status: t.String(),
  status_url: t.String(),
  events_url: t.String(),
});

const ResearchLogRow = t.Object({
  id,
  created_at: dateTime,
  status: t.String(),
  question: t.String(),
  credits_charged: Type.Integer(),
  cost_usd_micros: Type.Integer(),
  completed_at: t.Optional(nullable('string', { format: 'date-time' })),
  latency_ms: t.Optional(nullable('integer')),
  source_count: t.Optional(nullable('integer')),
  wave_count: t.Optional(nullable('integer')),
});

const BalanceDto = t.Object({
  credits: Type.Integer({ description: 'Available, rounded down.' }),
  usd: t.String(),
  credits_micros: Type.Integer({ description: 'Addition: exactly, in millionths of a credit.' }),
  held_micros: Type.Integer({ description: 'Addition: set aside for running jobs.' }),
});

const DocumentDto = t.Object({
  id,
  title: t.String(),
  origin: t.String(),
  media_type: t.String(),
  bytes: Type.Integer(),
  shared: t.Boolean(),
  chunk_count: Type.Integer(),
  snapshot_hash: t.String(),
  created_at: dateTime,
});

const LibraryHitDto = t.Object({
  document_id: id,
  title: t.String(),
  origin: t.String(),
  text: t.String(),
  start: Type.Integer(),
  end: Type.Integer(),
  score: t.Number(),
  snapshot_hash: t.String(),
});

const ProblemDto = t.Object({
  type: t.String(),
  title: t.String(),
  status: Type.Integer(),
  detail: t.String(),
  code: t.String(),
  field: t.Optional(t.String()),
});

/** By the names they have in the API description. */
export const models = {
  ResearchRequest,
  ResearchResult,
  AsyncAccepted,
  ResearchLogRow,
  BalanceDto,
  DocumentDto,
  LibraryHitDto,
  ProblemDto,
};

/** One documented answer of an operation: a model, a list of it, or a problem. */
export const answers = answersFor<keyof typeof models>();
