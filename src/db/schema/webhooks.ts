import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const webhookSecret = sqliteTable('webhook_secret', {
  userId: text('user_id').primaryKey(),
  secret: text('secret').notNull(),
  previousSecret: text('previous_secret'),
  previousUntilMs: integer('previous_until_ms'),
  createdMs: integer('created_ms').notNull(),
});

export const webhookDelivery = sqliteTable('webhook_delivery', {
  id: text('id').primaryKey(),
  userId: text('user_id').notNull(),
  jobId: text('job_id').notNull(),
  queueJobId: text('queue_job_id'),
  url: text('url').notNull(),
  event: text('event').notNull(),
  body: text('body'),
  state: text('state', { enum: ['pending', 'delivered', 'failed'] }).notNull(),
  error: text('error'),
  tries: integer('tries').notNull(),
  byHand: integer('by_hand', { mode: 'boolean' }).notNull(),
  nextTryMs: integer('next_try_ms'),
  createdMs: integer('created_ms').notNull(),
  endedMs: integer('ended_ms'),
});

export const webhookAttempt = sqliteTable(
  'webhook_attempt',
  {
    deliveryId: text('delivery_id').notNull(),
    seq: integer('seq').notNull(),
    startedMs: integer('started_ms').notNull(),
    durationMs: integer('duration_ms'),
    status: integer('status'),
    error: text('error'),
    answer: text('answer').notNull(),
  },
  (table) => [primaryKey({ columns: [table.deliveryId, table.seq] })],
);

export const webhookFailingEndpoint = sqliteTable(
  'webhook_failing_endpoint',
  {
    userId: text('user_id').notNull(),
    origin: text('origin').notNull(),
    failingSinceMs: integer('failing_since_ms').notNull(),
    disabledMs: integer('disabled_ms'),
  },
  (table) => [primaryKey({ columns: [table.userId, table.origin] })],
);
