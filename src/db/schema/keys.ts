import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const apiKey = sqliteTable('api_key', {
  id: text('id').primaryKey(),
  userId: text('user_id').notNull(),
  name: text('name').notNull(),
  prefix: text('prefix').notNull(),
  hash: text('hash').notNull(),
  createdMs: integer('created_ms').notNull(),
  lastUsedMs: integer('last_used_ms'),
  revokedMs: integer('revoked_ms'),
  expiresMs: integer('expires_ms'),
  spendCapMicros: integer('spend_cap_micros'),
  ipAllowlist: text('ip_allowlist', { mode: 'json' }).$type<string[]>(),
});

export const apiKeySpend = sqliteTable(
  'api_key_spend',
  {
    keyId: text('key_id').notNull(),
    month: text('month').notNull(),
    spentMicros: integer('spent_micros').notNull(),
  },
  (table) => [primaryKey({ columns: [table.keyId, table.month] })],
);
