import { Type } from '@sinclair/typebox';
import { t } from 'elysia';

const strict = { additionalProperties: false };
const id = t.String({ format: 'uuid' });
const dateTime = t.String({ format: 'date-time' });
/** Elysia's own takes texts of digits for integers, and describes itself as either. */
const integer = Type.Integer;
const micros = (what: string) =>
  integer({ description: `Addition: ${what}, exactly, in millionths of a credit.` });

/** In answers, which are described and never checked, a type list says it as the contract does. */
function nullable(type: 'string' | 'integer', rest: Record<string, unknown> = {}) {
  return t.Optional(t.Unsafe<string | number | null>({ type: [type, 'null'], ...rest }));
}

export const CreditAdjustBody = t.Object(
  {
    delta_credits: integer({ description: 'Added, or taken when negative. Never 0.' }),
    note: t.String({ description: 'Why, for the ledger and the audit log.' }),
    idempotency_key: t.Optional(
      t.Union([t.String(), t.Null()], {
        description: 'The same key with the same content adjusts once and answers the same.',
      }),
    ),
  },
  strict,
);

export const RefundBody = t.Object(
  {
    credits: integer({ description: 'At most what the job was charged. Once for each job.' }),
    note: t.String({ description: 'Why, for the ledger and the audit log.' }),
  },
  strict,
);

export const ReplyBody = t.Object(
  {
    body: t.String({ description: 'Plain text.' }),
    send_email: t.Boolean({ description: 'Also mail it to the address of the ticket.' }),
  },
  strict,
);

const userRow = {
  id,
  email: t.String(),
  first_name: t.String(),
  last_name: t.String(),
  is_admin: t.Boolean(),
  created_at: dateTime,
  credits: integer({ description: 'Available, rounded down.' }),
  credits_micros: micros('what is available'),
  suspended_at: nullable('string', { format: 'date-time' }),
};

const userJobRow = {
  id,
  created_at: dateTime,
  status: t.String({ description: 'pending, running, completed, failed or canceled.' }),
  question: t.String(),
  credits_charged: integer(),
  credits_charged_micros: micros('what was charged'),
  cost_usd_micros: integer(),
  latency_ms: nullable('integer'),
};

const jobRow = { ...userJobRow, user_id: id, user_email: t.String() };

const ticketRow = {
  id,
  email: t.String(),
  category: t.String({ description: 'support, billing, bug or other.' }),
  subject: t.String(),
  status: t.String({ description: 'open or closed.' }),
  created_at: dateTime,
  user_id: nullable('string', { format: 'uuid' }),
};

const AdminLedgerRow = t.Object({
  id,
  created_at: dateTime,
  kind: t.String({ description: 'grant, hold, settle, release, expire, adjust or refund.' }),
  delta: integer({ description: 'By how much balance_after differs from the row before.' }),
  delta_micros: micros('what the row did to the available balance'),
  balance_after: integer({ description: 'Available right after it, rounded down.' }),
  balance_after_micros: micros('the balance after it'),
  note: nullable('string'),
  related_id: nullable('string', { description: 'The job that the row is about.' }),
  idempotency_key: nullable('string'),
});

const AdminTicketReply = t.Object({
  id,
  body: t.String(),
  sent_email: t.Boolean(),
  created_at: dateTime,
  admin_id: nullable('string', { format: 'uuid' }),
});

const AdminSignupBucket = t.Object({ day: dateTime, count: integer() });

const AdminJobBucket = t.Object({
  day: dateTime,
  count: integer(),
  credits_charged_sum: integer(),
  credits_charged_micros_sum: micros('what was charged'),
  cost_usd_micros_sum: integer(),
});

/** By the names they have in the API description. */
export const adminModels = {
  CreditAdjustBody,
  RefundBody,
  ReplyBody,
  AdminUserRow: t.Object(userRow),
  AdminUserDetail: t.Object({
    ...userRow,
    email_verified: t.Boolean(),
    marketing_emails_enabled: t.Boolean(),
    jobs_count: integer(),
    open_tickets: integer(),
    stripe_customer_id: nullable('string'),
  }),
  AdminUserJobRow: t.Object(userJobRow),
  AdminLedgerRow,
  CreditAdjustResponse: t.Object({
    balance_after: integer({ description: 'Available, rounded down.' }),
    balance_after_micros: micros('what is available'),
  }),
  AdminJobRow: t.Object(jobRow),
  AdminJobDetail: t.Object({
    ...jobRow,
    credits_reserved: integer(),
    request: t.Object({}, { description: 'What was asked for, in the words of ResearchRequest.' }),
    response: t.Object({}, { description: 'A ResearchResult: the best so far, or the last.' }),
    completed_at: nullable('string', { format: 'date-time' }),
    error: nullable('string'),
    source_count: nullable('integer'),
    wave_count: nullable('integer'),
  }),
  AdminTicketRow: t.Object({ ...ticketRow, reply_count: integer() }),
  AdminTicketReply,
  AdminTicketDetail: t.Object({
    ...ticketRow,
    body: t.String(),
    replies: t.Array(AdminTicketReply),
    assigned_admin_id: nullable('string', { format: 'uuid' }),
  }),
  AdminSignupBucket,
  AdminJobBucket,
  AdminStatsDto: t.Object({
    total_users: integer(),
    suspended_users: integer(),
    signups_last_30d: t.Array(AdminSignupBucket),
    jobs_last_30d: t.Array(AdminJobBucket),
    in_flight_jobs: integer({ description: 'Research that is queued or running.' }),
    open_tickets: integer(),
    topup_revenue_last_30d_cents: integer({ description: 'Credits sold, at the list price.' }),
    ledger_balance_outstanding: integer({ description: 'What all users own, held included.' }),
    ledger_balance_outstanding_micros: micros('what all users own'),
  }),
  AdminStripeEventRow: t.Object({
    id: t.String(),
    event_type: t.String(),
    received_at: dateTime,
    has_body: t.Boolean({ description: 'Whether it was kept whole, as a replay needs it.' }),
  }),
};
