import { blob, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const snapshot = sqliteTable('snapshot', {
  hash: text('hash').primaryKey(),
  mediaType: text('media_type').notNull(),
  length: integer('length').notNull(),
  pageStarts: text('page_starts', { mode: 'json' }).$type<number[]>(),
  textZstd: blob('text_zstd', { mode: 'buffer' }).notNull(),
  createdMs: integer('created_ms').notNull(),
});

export const document = sqliteTable('document', {
  id: text('id').primaryKey(),
  ownerId: text('owner_id').notNull(),
  shared: integer('shared', { mode: 'boolean' }).notNull(),
  title: text('title').notNull(),
  origin: text('origin').notNull(),
  mediaType: text('media_type').notNull(),
  bytes: integer('bytes').notNull(),
  snapshotHash: text('snapshot_hash').notNull(),
  chunkCount: integer('chunk_count').notNull(),
  createdMs: integer('created_ms').notNull(),
});

export const chunk = sqliteTable('chunk', {
  id: integer('id').primaryKey(),
  documentId: text('document_id').notNull(),
  startOffset: integer('start_offset').notNull(),
  endOffset: integer('end_offset').notNull(),
});

export const libraryScope = sqliteTable('library_scope', {
  number: integer('number').primaryKey(),
  ownerId: text('owner_id').notNull(),
});
