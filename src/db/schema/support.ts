import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const ticket = sqliteTable('ticket', {
  id: text('id').primaryKey(),
  userId: text('user_id').notNull(),
  email: text('email').notNull(),
  category: text('category', { enum: ['support', 'billing', 'bug', 'other'] }).notNull(),
  subject: text('subject').notNull(),
  body: text('body').notNull(),
  status: text('status', { enum: ['open', 'closed'] }).notNull(),
  assignedAdminId: text('assigned_admin_id'),
  createdMs: integer('created_ms').notNull(),
});

export const ticketReply = sqliteTable('ticket_reply', {
  id: text('id').primaryKey(),
  ticketId: text('ticket_id').notNull(),
  adminId: text('admin_id'),
  body: text('body').notNull(),
  sentEmail: integer('sent_email', { mode: 'boolean' }).notNull(),
  createdMs: integer('created_ms').notNull(),
});
