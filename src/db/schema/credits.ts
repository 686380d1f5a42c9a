import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const account = sqliteTable(
  'account',
  {
    owner: text('owner').notNull(),
    kind: text('kind', {
      enum: ['plan', 'purchased', 'held', 'earnings', 'granted', 'sold', 'revenue', 'breakage'],
    }).notNull(),
    balanceMicros: integer('balance_micros').notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.owner, table.kind] })],
);

export const transfer = sqliteTable('transfer', {
  id: text('id').primaryKey(),
  userId: text('user_id').notNull(),
  kind: text('kind', { enum: ['grant', 'hold', 'settle', 'release'] }).notNull(),
  note: text('note'),
  createdMs: integer('created_ms').notNull(),
});

export const entry = sqliteTable(
  'entry',
  {
    transferId: text('transfer_id').notNull(),
    owner: text('owner').notNull(),
    kind: text('kind').notNull(),
    amountMicros: integer('amount_micros').notNull(),
  },
  (table) => [primaryKey({ columns: [table.transferId, table.owner, table.kind] })],
);

export const hold = sqliteTable('hold', {
  id: text('id').primaryKey(),
  userId: text('user_id').notNull(),
  planMicros: integer('plan_micros').notNull(),
  purchasedMicros: integer('purchased_micros').notNull(),
  state: text('state', { enum: ['held', 'settled', 'released'] }).notNull(),
  settledMicros: integer('settled_micros').notNull().default(0),
  createdMs: integer('created_ms').notNull(),
  endedMs: integer('ended_ms'),
});
