import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const audit = sqliteTable('audit', {
  seq: integer('seq').primaryKey(),
  createdMs: integer('created_ms').notNull(),
  actorId: text('actor_id').notNull(),
  action: text('action').notNull(),
  subject: text('subject').notNull(),
  before: text('before').notNull(),
  after: text('after').notNull(),
  previousHash: text('previous_hash').notNull(),
  hash: text('hash').notNull(),
});
