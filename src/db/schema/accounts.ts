import { blob, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const user = sqliteTable('user', {
  id: text('id').primaryKey(),
  email: text('email').notNull(),
  passwordHash: text('password_hash'),
  role: text('role', { enum: ['member', 'admin'] }).notNull(),
  status: text('status', { enum: ['active', 'pending', 'suspended'] }).notNull(),
  createdMs: integer('created_ms').notNull(),
  sessionEpoch: integer('session_epoch').notNull().default(0),
  firstName: text('first_name'),
  lastName: text('last_name'),
  emailVerifiedMs: integer('email_verified_ms'),
  marketingAgreedMs: integer('marketing_agreed_ms'),
  suspendedMs: integer('suspended_ms'),
  approvedMs: integer('approved_ms'),
  username: text('username'),
});

export const secret = sqliteTable('secret', {
  name: text('name').primaryKey(),
  bytes: blob('bytes', { mode: 'buffer' }).notNull(),
});

export const session = sqliteTable('session', {
  id: text('id').primaryKey(),
  userId: text('user_id').notNull(),
  epoch: integer('epoch').notNull(),
  generation: integer('generation').notNull().default(0),
  createdMs: integer('created_ms').notNull(),
  expiresMs: integer('expires_ms').notNull(),
});

export const refreshToken = sqliteTable('refresh_token', {
  hash: text('hash').primaryKey(),
  sessionId: text('session_id').notNull(),
  generation: integer('generation').notNull(),
  rotatedMs: integer('rotated_ms'),
});

export const accessLink = sqliteTable('access_link', {
  hash: text('hash').primaryKey(),
  kind: text('kind', { enum: ['verify', 'reset', 'sign_in'] }).notNull(),
  userId: text('user_id').notNull(),
  epoch: integer('epoch').notNull(),
  mailed: integer('mailed', { mode: 'boolean' }).notNull(),
  createdMs: integer('created_ms').notNull(),
  expiresMs: integer('expires_ms').notNull(),
  usedMs: integer('used_ms'),
});
