// Elysia's own integer takes strings too, and says so in the API description.
import { Type } from '@sinclair/typebox';
import { t } from 'elysia';
import { answersFor } from '../answers';

type Rest = Record<string, unknown>;

const strict = { additionalProperties: false };
const dateTime = (rest: Rest = {}) => t.String({ format: 'date-time', ...rest });
const count = (rest: Rest = {}) => Type.Integer({ minimum: 0, ...rest });
const nullable = (type: 'string' | 'integer' | 'number', rest: Rest = {}) =>
  t.Unsafe<unknown>({ type: [type, 'null'], ...rest });
const nullableTime = (rest: Rest = {}) => nullable('string', { format: 'date-time', ...rest });
/** Elysia's own has its first value for a default, which a generated client then demands. */
const word = <const Words extends [string, ...string[]]>(words: Words) =>
  t.UnionEnum(words, { default: undefined, expects: `one of ${words.join(', ')}` });

const NAME_MAX_LENGTH = 200;
const LIST_MAX = 256;
const MAX_TOKENS = 1_000_000;
/** Above what anybody asks, and far below where the ledger's integers end. */
const MAX_USD_PER_TOKEN = 10;

const modelName = (rest: Rest = {}) =>
  t.String({ pattern: '\\S', maxLength: NAME_MAX_LENGTH, expects: 'the name of a model', ...rest });
const priceOf = (rest: Rest = {}) =>
  t.Number({
    minimum: 0,
    maximum: MAX_USD_PER_TOKEN,
    expects: `US dollars from 0 to ${MAX_USD_PER_TOKEN}`,
    ...rest,
  });

export const UserRequest = t.Object(
  {
    username: t.String({ description: '3 to 32 letters, digits, dots, _ or -.' }),
    email: t.String(),
    password: t.String(),
  },
  strict,
);

export const RunRequest = t.Object(
  {
    model: modelName({ description: 'A model of GET /models, or an alias.' }),
    input_text: t.String({ minLength: 1, expects: 'a text' }),
    max_tokens: t.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MAX_TOKENS,
        expects: 'a whole number from 1, at most that of the model',
        description: '128 if absent.',
      }),
    ),
    temperature: t.Optional(
      t.Number({
        minimum: 0,
        maximum: 2,
        expects: 'a number from 0 to 2',
        description: '0.7 if absent.',
      }),
    ),
    max_price_per_token: t.Optional(
      priceOf({ description: 'Addition: in USD; no dearer host gets the job.' }),
    ),
  },
  strict,
);

const HostModelRequest = t.Union(
  [
    modelName(),
    t.Object(
      {
        name: modelName(),
        max_tokens: t.Optional(Type.Integer({ minimum: 1, maximum: MAX_TOKENS })),
      },
      strict,
    ),
  ],
  { expects: 'the name of a model, or {"name": …, "max_tokens": …}' },
);

export const HostRequest = t.Object(
  {
    gpu: t.String({ pattern: '\\S', maxLength: NAME_MAX_LENGTH, expects: 'a text' }),
    models: t.Array(HostModelRequest, { minItems: 1, maxItems: LIST_MAX }),
    price_per_token: priceOf({ description: 'In USD, of the output.' }),
    backend: word(['openai', 'ollama', 'vllm', 'llamacpp', 'huggingface']),
    endpoint_url: t.Optional(
      t.String({
        maxLength: 2_000,
        description: 'Where this server calls the host; absent for one that asks for its jobs.',
      }),
    ),
    price_per_prompt_token: t.Optional(priceOf({ description: 'Addition: in USD; 0 if absent.' })),
    slots: t.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 256,
        expects: 'a whole number from 1 to 256',
        description: 'Addition: jobs at once; 1 if absent.',
      }),
    ),
    features: t.Optional(
      t.Array(word(['chat', 'completions', 'embeddings', 'tools', 'response_format']), {
        maxItems: 20,
        description: 'Addition: what it serves beside plain texts; none if absent.',
      }),
    ),
    endpoint_key: t.Optional(
      t.String({ maxLength: 500, description: 'Addition: sent to endpoint_url as a bearer key.' }),
    ),
    join_token: t.Optional(
      t.String({
        maxLength: 200,
        description: 'Addition: of an admin; the host is active at once.',
      }),
    ),
  },
  strict,
);

export const HostStateRequest = t.Object(
  { state: word(['active', 'draining', 'disabled']) },
  strict,
);

export const JoinTokenRequest = t.Object(
  {
    life_hours: t.Optional(t.Number({ description: '24 if absent.' })),
    uses: t.Optional(Type.Integer({ description: 'Hosts that may join by it; 1 if absent.' })),
  },
  strict,
);

export const AliasRequest = t.Object(
  {
    models: t.Array(modelName(), {
      maxItems: LIST_MAX,
      description: 'The first one that a host serves answers. None remove the alias.',
    }),
  },
  strict,
);

export const PriorityRequest = t.Object(
  {
    priority: Type.Integer({
      minimum: -100,
      maximum: 100,
      expects: 'a whole number from -100 to 100',
      description: 'Of the jobs from now on: higher goes first. 0 is what everybody has.',
    }),
  },
  strict,
);

const Platform = t.Object({ name: t.String(), version: t.String(), docs: t.String() });

const Model = t.Object({
  name: t.String(),
  available_hosts: count({ description: 'That would take a job now.' }),
  min_price_per_token: t.Number({ description: 'In USD, of the output.' }),
  max_tokens: count(),
  max_price_per_token: t.Number({ description: 'Addition: of the dearest host.' }),
  features: t.Array(t.String(), { description: 'Addition: of any of its hosts.' }),
});

const ModelAlias = t.Object({ name: t.String(), models: t.Array(t.String()) });

const ModelList = t.Object({
  models: t.Array(Model),
  aliases: t.Array(ModelAlias, { description: 'Addition: names that stand for several models.' }),
});

const hostFields = {
  host_id: t.String(),
  gpu: t.String(),
  status: t.String({ description: 'pending, active, draining or disabled' }),
  models: t.Array(t.String()),
  price_per_token: t.Number({ description: 'In USD, of the output.' }),
  backend: t.String(),
  alive: t.Boolean({ description: 'Addition: heard of lately.' }),
  price_per_prompt_token: t.Number({ description: 'Addition.' }),
  features: t.Array(t.String(), { description: 'Addition.' }),
  slots: count({ description: 'Addition: jobs at once.' }),
  available_models: t.Array(t.String(), {
    description: 'Addition: those of `models` that it has now, as its last heartbeat says.',
  }),
};

const HostListRow = t.Object(hostFields);

const HostList = t.Object({ hosts: t.Array(HostListRow) });

const AdminHost = t.Object({
  ...hostFields,
  total_jobs_completed: count(),
  total_earnings: t.Number({ description: 'In USD.' }),
  last_heartbeat: nullableTime(),
  owner_id: nullable('string', { description: 'Addition.' }),
  endpoint_url: nullable('string', { description: 'Addition.' }),
  running_jobs: count({ description: 'Addition.' }),
  total_jobs_failed: count({ description: 'Addition.' }),
  cooling_until: nullableTime({
    description: 'Addition: it gets nothing before, after a failure.',
  }),
  tokens_per_second: nullable('number', { description: 'Addition: of late.' }),
  first_token_ms: nullable('number', { description: 'Addition: of late.' }),
  gpu_utilization: nullable('number', { description: 'Addition: from 0 to 1, as it says.' }),
  created_at: dateTime({ description: 'Addition.' }),
});

const AdminHostList = t.Object({ hosts: t.Array(AdminHost), total: count() });

const Metrics = t.Object({
  total_jobs_completed: count(),
  active_hosts: count(),
  total_users: count(),
  avg_job_latency_ms: count(),
});

const CreatedUser = t.Object({
  user_id: t.String(),
  username: t.String(),
  email: t.String(),
  credits: t.Number(),
  created_at: dateTime(),
});

const PlatformUser = t.Object({
  user_id: t.String(),
  username: t.String(),
  credits: t.Number(),
  total_jobs: count(),
  created_at: dateTime(),
});

const PlatformUserList = t.Object({ users: t.Array(PlatformUser), total: count() });

const AcceptedRun = t.Object({
  job_id: t.String(),
  status: t.String({ description: 'queued, running, completed or failed' }),
  model: t.String(),
  credits_reserved: t.Number(),
  created_at: dateTime(),
});

const rowFields = {
  job_id: t.String(),
  model: t.String({ description: 'Of research, sonde-lite, -standard, -pro or -max.' }),
  status: t.String({ description: 'queued, running, completed or failed' }),
  credits_used: t.Number({ description: '0 until the job has ended.' }),
  created_at: dateTime(),
  kind: t.String({ description: 'Addition: inference or research.' }),
};

const JobListRow = t.Object(rowFields);

const JobList = t.Object({ jobs: t.Array(JobListRow), total: count() });

const InferenceJob = t.Object({
  ...rowFields,
  credits_reserved: t.Number(),
  served_model: nullable('string', { description: 'The model that answers, once one does.' }),
  output: t.String({ description: 'As far as it came.' }),
  finish_reason: nullable('string', { description: 'stop, length, tool_calls, content_filter' }),
  max_tokens: count(),
  prompt_tokens: count(),
  completion_tokens: count(),
  started_at: nullableTime(),
  first_token_at: nullableTime(),
  finished_at: nullableTime(),
  queue_position: nullable('integer', { description: 'From 1, while it is queued.' }),
  eta_seconds: nullable('integer', { description: 'Until it starts, if anybody can say.' }),
  waiting_reason: nullable('string', { description: 'Why it is queued.' }),
  error: nullable('string', { description: 'Why it failed; canceled if it was.' }),
});

const RegisteredHost = t.Object({
  host_id: t.String(),
  status: t.String({ description: 'active; pending until an admin approves it' }),
  api_key: t.String({ description: 'Shown this once.' }),
});

const HeartbeatAnswer = t.Object({
  status: t.String(),
  host_status: t.String({ description: 'Addition: pending, active or draining.' }),
});

const HostJob = t.Object({
  job_id: t.String(),
  model: t.String(),
  input_text: t.String({ description: 'Of a chat, its messages as plain text.' }),
  max_tokens: count(),
  temperature: t.Number(),
  fence: count({ description: 'Addition: of this lease; sent with everything about the job.' }),
  lease_ms: count({ description: 'Addition: renew within this time.' }),
  next_seq: count({ description: 'Addition: the number of the first token to send.' }),
  accepted_text: t.String({ description: 'Addition: said already; go on from here.' }),
  task: t.String({ description: 'Addition: run, chat, completion or embedding.' }),
  messages: t.Array(t.Unknown(), { description: 'Addition: of a chat.' }),
  inputs: t.Array(t.String(), { description: 'Addition: of an embedding.' }),
  parameters: t.Unsafe<unknown>({
    type: 'object',
    additionalProperties: true,
    description: 'Addition: for the backend, as the OpenAI API names them.',
  }),
});

const Ack = t.Object({
  ack_seq: count({ description: 'All tokens up to this one are kept.' }),
  cancel: t.Boolean({ description: 'Stop this job.' }),
});

const Status = t.Object({ status: t.String() });

const CompletionsAnswer = t.Object({
  jobs: t.Array(
    t.Object({
      job_id: nullable('string', { description: 'As it was sent.' }),
      status: t.String({ description: 'completed or refused' }),
      problem: t.Optional(
        t.Unsafe<unknown>({
          type: 'object',
          additionalProperties: true,
          description: 'Of one that is refused: what its own request would be answered with.',
        }),
      ),
    }),
  ),
});

const JoinToken = t.Object({
  join_token: t.String({ description: 'Shown this once.' }),
  expires_at: dateTime(),
  uses: count(),
});

const UserPriority = t.Object({ user_id: t.String(), priority: Type.Integer() });

// What hosts send is checked by hand, where it is read: these describe it.
const HeartbeatRequest = t.Object({
  host_id: t.Optional(t.String({ description: "The key's own." })),
  gpu_utilization: t.Optional(t.Number({ minimum: 0, maximum: 1 })),
  available_models: t.Optional(t.Array(HostModelRequest)),
});

const HostNameRequest = t.Object({
  host_id: t.Optional(t.String({ description: "The key's own." })),
});

const Piece = t.Object({ seq: Type.Integer({ minimum: 1 }), delta: t.String() });

const CompletionRequest = t.Object({
  fence: Type.Integer(),
  finish_reason: t.String({ description: 'stop, length, tool_calls or content_filter' }),
  usage: t.Optional(t.Object({ prompt_tokens: count(), completion_tokens: count() })),
  tokens: t.Optional(t.Array(Piece, { description: 'Those that were not sent yet.' })),
  tool_calls: t.Optional(t.Array(t.Unknown())),
  embeddings: t.Optional(t.Array(t.Array(t.Number()))),
});

const CompletionsRequest = t.Object({
  jobs: t.Array(t.Composite([t.Object({ job_id: t.String() }), CompletionRequest]), {
    maxItems: 256,
  }),
});

const FailureRequest = t.Object({
  fence: Type.Integer(),
  error: t.String(),
  retryable: t.Boolean({ description: 'False when every host would fail likewise.' }),
});

const RenewalRequest = t.Object({
  fence: Type.Integer(),
  wait: t.Optional(
    t.Number({ minimum: 0, maximum: 30, description: 'Seconds; answered sooner to stop the job.' }),
  ),
});

/** By the names they have in the API description. */
export const infrintiaModels = {
  UserRequest,
  RunRequest,
  HostRequest,
  HostStateRequest,
  JoinTokenRequest,
  AliasRequest,
  PriorityRequest,
  HeartbeatRequest,
  HostNameRequest,
  CompletionRequest,
  CompletionsRequest,
  FailureRequest,
  RenewalRequest,
  Platform,
  Model,
  ModelAlias,
  ModelList,
  HostListRow,
  HostList,
  AdminHost,
  AdminHostList,
  Metrics,
  CreatedUser,
  PlatformUser,
  PlatformUserList,
  AcceptedRun,
  JobListRow,
  JobList,
  InferenceJob,
  RegisteredHost,
  HeartbeatAnswer,
  HostJob,
  Ack,
  CompletionsAnswer,
  Status,
  JoinToken,
  UserPriority,
};

type ModelName = keyof typeof infrintiaModels;

export const answers = answersFor<ModelName>();
