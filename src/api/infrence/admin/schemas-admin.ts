import { t } from 'elysia';
import {
  dateTime,
  int64,
  micros,
  nullableInt32,
  nullableText,
  nullableTime,
  nullableUuid,
  open,
  strict,
  uuid,
} from '../fields';

export const CreditAdjustBody = t.Object(
  {
    delta_credits: int64({ description: 'Added, or taken when negative. Never 0.' }),
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
    credits: int64({ description: 'At most what the job was charged. Once for each job.' }),
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
  id: uuid(),
  email: t.String(),
  first_name: t.String(),
  last_name: t.String(),
  is_admin: t.Boolean(),
  created_at: dateTime(),
  credits: int64({ description: 'Available, rounded down.' }),
  credits_micros: micros('what is available'),
  suspended_at: nullableTime(),
};

const userJobRow = {
  id: uuid(),
  created_at: dateTime(),
  status: t.String({ description: 'pending, running, completed, failed or canceled.' }),
  question: t.String(),
  credits_charged: int64(),
  credits_charged_micros: micros('what was charged'),
  cost_usd_micros: int64(),
  latency_ms: nullableInt32(),
};

const jobRow = { ...userJobRow, user_id: uuid(), user_email: t.String() };

const ticketRow = {
  id: uuid(),
  email: t.String(),
  category: t.String({ description: 'support, billing, bug or other.' }),
  subject: t.String(),
  status: t.String({ description: 'open or closed.' }),
  created_at: dateTime(),
  user_id: nullableUuid(),
};

const AdminLedgerRow = t.Object({
  id: uuid(),
  created_at: dateTime(),
  kind: t.String({ description: 'grant, hold, settle, release, expire, adjust or refund.' }),
  delta: int64({ description: 'By how much balance_after differs from the row before.' }),
  delta_micros: micros('what the row did to the available balance'),
  balance_after: int64({ description: 'Available right after it, rounded down.' }),
  balance_after_micros: micros('the balance after it'),
  note: nullableText(),
  related_id: nullableText({ description: 'The job that the row is about.' }),
  idempotency_key: nullableText(),
});

const AdminTicketReply = t.Object({
  id: uuid(),
  body: t.String(),
  sent_email: t.Boolean(),
  created_at: dateTime(),
  admin_id: nullableUuid(),
});

const AdminSignupBucket = t.Object({ day: dateTime(), count: int64() });

const AdminJobBucket = t.Object({
  day: dateTime(),
  count: int64(),
  credits_charged_sum: int64(),
  credits_charged_micros_sum: micros('what was charged'),
  cost_usd_micros_sum: int64(),
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
    jobs_count: int64(),
    open_tickets: int64(),
    stripe_customer_id: nullableText(),
  }),
  AdminUserJobRow: t.Object(userJobRow),
  AdminLedgerRow,
  CreditAdjustResponse: t.Object({
    balance_after: int64({ description: 'Available, rounded down.' }),
    balance_after_micros: micros('what is available'),
  }),
  AdminJobRow: t.Object(jobRow),
  AdminJobDetail: t.Object({
    ...jobRow,
    credits_reserved: int64(),
    request: t.Object(
      {},
      { ...open, description: 'What was asked for, in the words of ResearchRequest.' },
    ),
    response: t.Object(
      {},
      { ...open, description: 'A ResearchResult: the best so far, or the last.' },
    ),
    completed_at: nullableTime(),
    error: nullableText(),
    source_count: nullableInt32(),
    wave_count: nullableInt32(),
  }),
  AdminTicketRow: t.Object({ ...ticketRow, reply_count: int64() }),
  AdminTicketReply,
  AdminTicketDetail: t.Object({
    ...ticketRow,
    body: t.String(),
    replies: t.Array(AdminTicketReply),
    assigned_admin_id: nullableUuid(),
  }),
  AdminSignupBucket,
  AdminJobBucket,
  AdminStatsDto: t.Object({
    total_users: int64(),
    suspended_users: int64(),
    signups_last_30d: t.Array(AdminSignupBucket),
    jobs_last_30d: t.Array(AdminJobBucket),
    in_flight_jobs: int64({ description: 'Research that is queued or running.' }),
    open_tickets: int64(),
    topup_revenue_last_30d_cents: int64({ description: 'Credits sold, at the list price.' }),
    ledger_balance_outstanding: int64({ description: 'What all users own, held included.' }),
    ledger_balance_outstanding_micros: micros('what all users own'),
  }),
  AdminStripeEventRow: t.Object({
    id: t.String(),
    event_type: t.String(),
    received_at: dateTime(),
    has_body: t.Boolean({ description: 'Whether it was kept whole, as a replay needs it.' }),
  }),
};
