import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const account = sqliteTable('account', {
  userId: text('user_id').primaryKey(),
  planMicros: integer('plan_micros').notNull().default(0),
  purchasedMicros: integer('purchased_micros').notNull().default(0),
  heldMicros: integer('held_micros').notNull().default(0),
  lastSeq: integer('last_seq'),
  planMonth: text('plan_month'),
});

const SYSTEM_KINDS = ['granted', 'sold', 'revenue', 'breakage'] as const;

export const systemAccount = sqliteTable('system_account', {
  kind: text('kind', { enum: SYSTEM_KINDS }).primaryKey(),
  balanceMicros: integer('balance_micros').notNull().default(0),
});

export const hostAccount = sqliteTable('host_account', {
  hostId: text('host_id').primaryKey(),
  earnedMicros: integer('earned_micros').notNull().default(0),
  settledJobs: integer('settled_jobs').notNull().default(0),
});

const TRANSFER_KINDS = ['grant', 'hold', 'settle', 'release', 'expire', 'earn'] as const;

export const transfer = sqliteTable('transfer', {
  seq: integer('seq').primaryKey(),
  id: text('id').notNull(),
  kind: text('kind', { enum: TRANSFER_KINDS }).notNull(),
  userId: text('user_id').notNull(),
  ends: integer('ends'),
  previousSeq: integer('previous_seq'),
  planMicros: integer('plan_micros').notNull().default(0),
  purchasedMicros: integer('purchased_micros').notNull().default(0),
  heldMicros: integer('held_micros').notNull().default(0),
  systemKind: text('system_kind', { enum: SYSTEM_KINDS }),
  systemMicros: integer('system_micros').notNull().default(0),
  hostId: text('host_id'),
  hostMicros: integer('host_micros').notNull().default(0),
  note: text('note'),
  createdMs: integer('created_ms').notNull(),
});
