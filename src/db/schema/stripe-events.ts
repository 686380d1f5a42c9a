import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const stripeEvent = sqliteTable('stripe_event', {
  id: text('id').primaryKey(),
  eventType: text('event_type').notNull(),
  body: text('body'),
  receivedMs: integer('received_ms').notNull(),
});
