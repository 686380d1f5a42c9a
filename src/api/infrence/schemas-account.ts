import { t } from 'elysia';
import { addition } from '../../http/openapi';
import { answersFor } from '../answers';
import {
  dateTime,
  int64,
  nullableInt32,
  nullableInt64,
  nullableText,
  nullableTexts,
  nullableTime,
  strict,
  uuid,
} from './fields';

export const CreateBody = t.Object(
  {
    name: t.Optional(t.Union([t.String(), t.Null()], { description: 'What the key is for.' })),
    expires_at: t.Optional(
      t.Union([t.String(), t.Null()], {
        ...addition,
        description: 'Addition: a date-time from which on the key is dead.',
      }),
    ),
    spend_cap_credits: t.Optional(
      t.Union([int64(), t.Null()], {
        ...addition,
        description: 'Addition: the most its jobs may cost in a calendar month (UTC).',
      }),
    ),
    ip_allowlist: t.Optional(
      t.Union([t.Array(t.String()), t.Null()], {
        ...addition,
        description: 'Addition: addresses or CIDR ranges that may use the key.',
      }),
    ),
  },
  strict,
);

const ApiKeyDto = t.Object({
  id: uuid(),
  name: t.String(),
  prefix: t.String({ description: 'How the key begins.' }),
  created_at: dateTime(),
  last_used_at: nullableTime(),
  expires_at: nullableTime({ ...addition, description: 'Addition.' }),
  spend_cap_credits: nullableInt64({ ...addition, description: 'Addition.' }),
  ip_allowlist: nullableTexts({ ...addition, description: 'Addition.' }),
});

const CreatedKey = t.Unsafe<unknown>({
  allOf: [
    { $ref: '#/components/schemas/ApiKeyDto' },
    t.Object({ plaintext: t.String({ description: 'The key itself, shown this once.' }) }),
  ],
});

const UsageBucket = t.Object({
  day: dateTime({ description: 'The start of a day, UTC.' }),
  credits: int64({
    description: 'What the jobs accepted on it were charged, rounded down.',
  }),
  jobs: int64(),
  cost_usd_micros: int64(),
});

const jobLine = {
  id: uuid(),
  created_at: dateTime(),
  status: t.String(),
  question: t.String(),
  credits_charged: int64(),
};

const RecentJob = t.Object({ ...jobLine, latency_ms: nullableInt32() });

const LogRow = t.Object({
  ...jobLine,
  cost_usd_micros: int64(),
  latency_ms: nullableInt32(),
  mode: nullableText(),
  source_count: nullableInt32(),
  wave_count: nullableInt32(),
});

/** Of a user's own keys, balance and jobs; by the names they have in the API description. */
export const accountModels = { CreateBody, ApiKeyDto, CreatedKey, UsageBucket, RecentJob, LogRow };

/** As `answers` of the research schemas, for these models. */
export const accountAnswers = answersFor<keyof typeof accountModels>();
