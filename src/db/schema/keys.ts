import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const apiKey = sqliteTable('api_key', {
  id: text('id').primaryKey(),
  userId: text('user_id').notNull(),
  name: text('name').notNull(),
  prefix: text('prefix').notNull(),
  hash: text('hash').notNull(),
  createdMs: integer('created_ms').notNull(),
  lastUsedMs: integer('last_used_ms'),
  revokedMs: integer('revoked_ms'),
});
