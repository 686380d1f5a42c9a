// Elysia's own integer takes strings too, and says so in the API description.
import { Type } from '@sinclair/typebox';
import { t } from 'elysia';
import { answersFor } from './answers';

const strict = { additionalProperties: false };
const id = t.String({ format: 'uuid' });
const dateTime = t.String({ format: 'date-time' });

/** In answers, which are described and never checked, a type list says it as the contract does. */
function nullable(type: 'string' | 'integer', rest: Record<string, unknown> = {}) {
  return t.Unsafe<string | number | null>({ type: [type, 'null'], ...rest });
}
const optionalTime = t.Optional(nullable('string', { format: 'date-time' }));
const optionalInteger = t.Optional(nullable('integer'));

export const CreateBody = t.Object(
  {
    name: t.Optional(t.Union([t.String(), t.Null()], { description: 'What the key is for.' })),
    expires_at: t.Optional(
      t.Union([t.String(), t.Null()], {
        description: 'Addition: a date-time from which on the key is dead.',
      }),
    ),
    spend_cap_credits: t.Optional(
      t.Union([Type.Integer(), t.Null()], {
        description: 'Addition: the most its jobs may cost in a calendar month (UTC).',
      }),
    ),
    ip_allowlist: t.Optional(
      t.Union([t.Array(t.String()), t.Null()], {
        description: 'Addition: addresses or CIDR ranges that may use the key.',
      }),
    ),
  },
  strict,
);

const ApiKeyDto = t.Object({
  id,
  name: t.String(),
  prefix: t.String({ description: 'How the key begins.' }),
  created_at: dateTime,
  last_used_at: optionalTime,
  expires_at: t.Optional(nullable('string', { format: 'date-time', description: 'Addition.' })),
  spend_cap_credits: t.Optional(nullable('integer', { description: 'Addition.' })),
  ip_allowlist: t.Optional(
    t.Unsafe<string[] | null>({
      type: ['array', 'null'],
      items: { type: 'string' },
      description: 'Addition.',
    }),
  ),
});

const CreatedKey = t.Unsafe<unknown>({
  allOf: [
    { $ref: '#/components/schemas/ApiKeyDto' },
    t.Object({ plaintext: t.String({ description: 'The key itself, shown this once.' }) }),
  ],
});

const UsageBucket = t.Object({
  day: t.String({ format: 'date-time', description: 'The start of a day, UTC.' }),
  credits: Type.Integer({
    description: 'What the jobs accepted on it were charged, rounded down.',
  }),
  jobs: Type.Integer(),
  cost_usd_micros: Type.Integer(),
});

const jobLine = {
  id,
  created_at: dateTime,
  status: t.String(),
  question: t.String(),
  credits_charged: Type.Integer(),
};

const RecentJob = t.Object({ ...jobLine, latency_ms: optionalInteger });

const LogRow = t.Object({
  ...jobLine,
  cost_usd_micros: Type.Integer(),
  latency_ms: optionalInteger,
  mode: t.Optional(nullable('string')),
  source_count: optionalInteger,
  wave_count: optionalInteger,
});

/** Of a user's own keys, balance and jobs; by the names they have in the API description. */
export const accountModels = { CreateBody, ApiKeyDto, CreatedKey, UsageBucket, RecentJob, LogRow };

/** As `answers` of the research schemas, for these models. */
export const accountAnswers = answersFor<keyof typeof accountModels>();
