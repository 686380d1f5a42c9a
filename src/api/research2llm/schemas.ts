// Elysia's own integer takes strings too, and says so in the API description.
import { Type } from '@sinclair/typebox';
import { t } from 'elysia';
import { answersFor } from '../answers';
import { LlmStats } from '../llm-stats';

const strict = { additionalProperties: false };
const dateTime = t.String({ format: 'date-time' });

function nullable(type: 'string' | 'number', rest: Record<string, unknown> = {}) {
  return t.Unsafe<string | number | null>({ type: [type, 'null'], ...rest });
}

function words<const Words extends string[]>(list: Words, description: string) {
  return t.Optional(
    t.UnionEnum(list as unknown as [string, ...string[]] & Words, {
      expects: `one of ${list.join(', ')}`,
      description,
    }),
  );
}

function hosts(description: string) {
  return t.Optional(
    t.Array(t.String({ minLength: 1, maxLength: 300 }), { maxItems: 100, description }),
  );
}

const Search = t.Object(
  {
    results_per_query: t.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    freshness: t.Optional(
      t.String({
        pattern: '^(?:|qdr:[snhdwmy][0-9]{0,3})$',
        expects: 'empty for any time, or qdr: with h, d, w, m or y and perhaps a number',
        description: 'How old a result may be: qdr:w is a week, qdr:d3 three days; empty: any age.',
      }),
    ),
    channel: words(['web', 'news', 'hybrid'], 'Where is searched.'),
    site_include: hosts('Hosts that alone are read, with those below them.'),
    site_exclude: hosts('Hosts that are not read, with those below them.'),
  },
  { ...strict, description: 'Overrides what the preset searches.' },
);

const SeedSource = t.Union(
  [
    t.Object({ url: t.String({ pattern: '^https?://', maxLength: 8_192 }) }, strict),
    t.Object({ text: t.String({ pattern: '\\S', maxLength: 500_000 }) }, strict),
  ],
  { expects: '{"url": "https://…"} or {"text": …}' },
);

export const Payload = t.Object(
  {
    topic: t.String({
      pattern: '\\S[\\s\\S]+\\S',
      maxLength: 4_000,
      expects: 'a text of 3 to 4,000 characters',
      description: 'What is to be found out.',
    }),
    budget: words(['low', 'medium', 'high'], 'How many sub-questions, sources and rounds.'),
    preset: words(['news', 'general', 'scientific'], 'The kind of sources. news if absent.'),
    language: t.Optional(
      t.String({
        pattern: '^[A-Za-z]{2}(?:-[A-Za-z]{2})?$',
        expects: 'an ISO 639-1 code, such as en',
        description: 'The language that is searched in.',
      }),
    ),
    posture: words(['narrow', 'broad'], 'Which opt-outs are honoured. narrow if absent.'),
    max_cost_usd: t.Optional(
      t.Number({
        minimum: 0.000_001,
        maximum: 10_000,
        expects: 'an amount of dollars above 0, at most 10000',
        description: 'The job is metered, and never costs more.',
      }),
    ),
    sub_questions: t.Optional(
      t.Array(t.String({ pattern: '\\S', maxLength: 1_000, expects: 'a question' }), {
        maxItems: 20,
      }),
    ),
    seed_sources: t.Optional(t.Array(SeedSource, { maxItems: 50, description: 'Read first.' })),
    search: t.Optional(Search),
    return_source_content: words(
      ['false', 'markdown', 'html'],
      'Keeps the content of each source, at GET /files/{content_file_id}.',
    ),
  },
  strict,
);

export const JobRequest = t.Object(
  {
    type: t.String({ description: 'research' }),
    payload: Payload,
    callback_url: t.Optional(
      t.Union([t.String({ maxLength: 8_192 }), t.Null()], { expects: 'an address, or null' }),
    ),
  },
  strict,
);

export const KeyRequest = t.Object(
  { label: t.Optional(t.String({ description: 'default if absent' })) },
  strict,
);

const AcceptedJob = t.Object({ job_id: t.String({ format: 'uuid' }), status: t.String() });

const JobFinding = t.Object({
  id: t.String(),
  text: t.String(),
  kind: t.String({ description: 'fact, quote or claim' }),
  citations: t.Array(t.String({ description: 'The id of a source.' })),
  status: t.String({ description: 'established, reported, contested, NEI or unverified' }),
  confidence: t.Number({ minimum: 0, maximum: 1 }),
  context: t.String({ description: 'Who says it, where and when; or where it was looked for.' }),
  quotes: t.Array(t.Unknown(), { description: 'Addition: letter by letter, with offsets.' }),
  disputed_by: t.Array(t.Unknown(), { description: 'Addition: the other side.' }),
});

const JobSource = t.Object({
  id: t.String(),
  url: t.String(),
  title: t.String(),
  kind: t.String({ description: 'web, seed or library' }),
  channel: t.String({ description: 'web, news, seed or library' }),
  trust_score: t.Number({
    description: 'How confident its findings are on average; 0.5 without findings.',
  }),
  opt_out_tier: t.Number(),
  fetched: t.Boolean(),
  content_file_id: nullable('string'),
  content_kind: nullable('string'),
});

const JobResult = t.Object({
  plan: t.Object({ sub_questions: t.Array(t.String()) }),
  findings: t.Array(JobFinding),
  sources: t.Array(JobSource),
  stats: t.Object({
    rounds: Type.Integer(),
    sources_scraped: Type.Integer(),
    tokens: Type.Integer(),
    cost_usd: t.Number(),
    serper_calls: Type.Integer({ description: 'Searches of providers beside the library.' }),
    stop_reason: nullable('string', { description: 'complete, budget, max_rounds, no_progress' }),
    llm: t.Union([LlmStats, t.Null()], { description: 'Addition: what each stage used.' }),
  }),
  artifacts: t.Object({ raw_learnings_file_id: t.String() }),
});

const Job = t.Object({
  job_id: t.String({ format: 'uuid' }),
  type: t.String(),
  status: t.String({ description: 'queued, running, done or failed' }),
  result_ref: t.Union([JobResult, t.Null()]),
  error_message: nullable('string'),
  callback_url: nullable('string'),
  callback_status: nullable('string', { description: 'pending until it is delivered' }),
  created_at: dateTime,
  started_at: nullable('string', { format: 'date-time' }),
  finished_at: nullable('string', { format: 'date-time' }),
});

const keyFields = {
  id: t.String({ format: 'uuid' }),
  label: t.String(),
  key_prefix: t.String(),
  created_at: dateTime,
};

const Me = t.Object({
  id: t.String(),
  email: t.String(),
  status: t.String({ description: 'active or pending' }),
  keys: t.Array(t.Object({ ...keyFields, last_used_at: nullable('string') })),
});

const CreatedMeKey = t.Object({ ...keyFields, key: t.String({ description: 'Shown this once.' }) });

const UsageOfKind = t.Object({
  kind: t.String(),
  count: Type.Integer(),
  quantity_sum: t.Number(),
});

/** By the names they have in the API description. */
export const jobModels = {
  JobRequest,
  AcceptedJob,
  Job,
  Me,
  MeKeyRequest: KeyRequest,
  CreatedMeKey,
  UsageOfKind,
};

/** A key, or the token of a user who is signed in. */
export const byKeyOrToken: Record<string, string[]>[] = [{ api_key: [] }, { bearer_jwt: [] }];

/** The documented answers of an operation: a model, a list of it, or a problem. */
export const answers = answersFor<keyof typeof jobModels>();

/** The body of an operation, by the name of its model. */
export function bodyOf(name: keyof typeof jobModels) {
  const schema = { $ref: `#/components/schemas/${name}` };
  return { required: true, content: { 'application/json': { schema } } };
}
