import { blob, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const research = sqliteTable('research', {
  jobId: text('job_id').primaryKey(),
  userId: text('user_id').notNull(),
  question: text('question').notNull(),
  mode: text('mode', { enum: ['lite', 'standard', 'pro', 'max'] }).notNull(),
  request: text('request').notNull(),
  heldMicros: integer('held_micros').notNull(),
  chargedMicros: integer('charged_micros').notNull().default(0),
  costUsdMicros: integer('cost_usd_micros').notNull().default(0),
  waveCount: integer('wave_count').notNull().default(0),
  sourceCount: integer('source_count').notNull().default(0),
  checkpoint: text('checkpoint'),
  createdMs: integer('created_ms').notNull(),
  callCostMicros: integer('call_cost_micros').notNull().default(0),
  hostCostMicros: integer('host_cost_micros').notNull().default(0),
});

export const researchDay = sqliteTable(
  'research_day',
  {
    userId: text('user_id').notNull(),
    dayMs: integer('day_ms').notNull(),
    jobs: integer('jobs').notNull(),
    chargedMicros: integer('charged_micros').notNull(),
    costUsdMicros: integer('cost_usd_micros').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.dayMs] })],
);

export const researchSource = sqliteTable(
  'research_source',
  {
    jobId: text('job_id').notNull(),
    snapshotHash: text('snapshot_hash').notNull(),
  },
  (table) => [primaryKey({ columns: [table.jobId, table.snapshotHash] })],
);

export const researchContent = sqliteTable(
  'research_content',
  {
    jobId: text('job_id').notNull(),
    source: integer('source').notNull(),
    kind: text('kind', { enum: ['markdown', 'html'] }).notNull(),
    textZstd: blob('text_zstd', { mode: 'buffer' }).notNull(),
    length: integer('length').notNull(),
  },
  (table) => [primaryKey({ columns: [table.jobId, table.source] })],
);

export const researchTrace = sqliteTable(
  'research_trace',
  {
    jobId: text('job_id').notNull(),
    seq: integer('seq').notNull(),
    port: text('port').notNull(),
    request: text('request').notNull(),
    responseZstd: blob('response_zstd', { mode: 'buffer' }).notNull(),
    createdMs: integer('created_ms').notNull(),
  },
  (table) => [primaryKey({ columns: [table.jobId, table.seq] })],
);
