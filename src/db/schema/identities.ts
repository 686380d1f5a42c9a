import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const identity = sqliteTable(
  'identity',
  {
    issuer: text('issuer').notNull(),
    subject: text('subject').notNull(),
    userId: text('user_id').notNull(),
    createdMs: integer('created_ms').notNull(),
  },
  (table) => [primaryKey({ columns: [table.issuer, table.subject] })],
);

export const googleTicket = sqliteTable('google_ticket', {
  hash: text('hash').primaryKey(),
  expiresMs: integer('expires_ms').notNull(),
});
