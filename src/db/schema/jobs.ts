import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const job = sqliteTable('job', {
  id: text('id').primaryKey(),
  kind: text('kind').notNull(),
  userId: text('user_id').notNull(),
  keyId: text('key_id'),
  payload: text('payload'),
  state: text('state', { enum: ['queued', 'running', 'done', 'failed', 'canceled'] }).notNull(),
  priority: integer('priority').notNull(),
  cost: integer('cost').notNull(),
  startTag: integer('start_tag'),
  attempts: integer('attempts').notNull(),
  maxAttempts: integer('max_attempts').notNull(),
  fence: integer('fence').notNull(),
  leasedUntilMs: integer('leased_until_ms'),
  dueMs: integer('due_ms').notNull(),
  deadlineMs: integer('deadline_ms'),
  cancelRequestedMs: integer('cancel_requested_ms'),
  idempotencyKey: text('idempotency_key'),
  requestHash: text('request_hash'),
  error: text('error'),
  createdMs: integer('created_ms').notNull(),
  startedMs: integer('started_ms'),
  endedMs: integer('ended_ms'),
});

export const jobLane = sqliteTable(
  'job_lane',
  {
    kind: text('kind').notNull(),
    priority: integer('priority').notNull(),
    virtualTime: integer('virtual_time').notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.priority] })],
);

export const jobFlow = sqliteTable(
  'job_flow',
  {
    kind: text('kind').notNull(),
    priority: integer('priority').notNull(),
    userId: text('user_id').notNull(),
    finishTag: integer('finish_tag').notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.priority, table.userId] })],
);

export const jobEvent = sqliteTable(
  'job_event',
  {
    jobId: text('job_id').notNull(),
    seq: integer('seq').notNull(),
    type: text('type').notNull(),
    data: text('data').notNull(),
    createdMs: integer('created_ms').notNull(),
  },
  (table) => [primaryKey({ columns: [table.jobId, table.seq] })],
);

export const cron = sqliteTable('cron', {
  name: text('name').primaryKey(),
  expression: text('expression').notNull(),
  dueMs: integer('due_ms').notNull(),
});
