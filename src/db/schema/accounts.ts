import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const user = sqliteTable('user', {
  id: text('id').primaryKey(),
  email: text('email').notNull(),
  passwordHash: text('password_hash'),
  role: text('role', { enum: ['member', 'admin'] }).notNull(),
  status: text('status', { enum: ['active', 'pending', 'suspended'] }).notNull(),
  createdMs: integer('created_ms').notNull(),
});
