import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const webSession = sqliteTable('web_session', {
  hash: text('hash').primaryKey(),
  userId: text('user_id').notNull(),
  epoch: integer('epoch').notNull(),
  createdMs: integer('created_ms').notNull(),
  expiresMs: integer('expires_ms').notNull(),
});
