import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const mail = sqliteTable('mail', {
  id: text('id').primaryKey(),
  recipient: text('recipient').notNull(),
  subject: text('subject').notNull(),
  text: text('text'),
  html: text('html'),
  state: text('state', { enum: ['unsent', 'sent', 'failed'] }).notNull(),
  error: text('error'),
  createdMs: integer('created_ms').notNull(),
  endedMs: integer('ended_ms'),
});
