import { integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const host = sqliteTable('host', {
  id: text('id').primaryKey(),
  ownerId: text('owner_id'),
  keyHash: text('key_hash').notNull(),
  gpu: text('gpu').notNull(),
  backend: text('backend').notNull(),
  endpointUrl: text('endpoint_url'),
  endpointKey: text('endpoint_key').notNull(),
  state: text('state', { enum: ['pending', 'active', 'draining', 'disabled'] }).notNull(),
  inputPriceMicros: integer('input_price_micros').notNull(),
  outputPriceMicros: integer('output_price_micros').notNull(),
  models: text('models').notNull(),
  features: text('features').notNull(),
  slots: integer('slots').notNull(),
  failedJobs: integer('failed_jobs').notNull().default(0),
  createdMs: integer('created_ms').notNull(),
  heartbeatMs: integer('heartbeat_ms'),
  gpuUtilization: real('gpu_utilization'),
});

export const joinToken = sqliteTable('join_token', {
  hash: text('hash').primaryKey(),
  usesLeft: integer('uses_left').notNull(),
  expiresMs: integer('expires_ms').notNull(),
  createdMs: integer('created_ms').notNull(),
});

export const modelAlias = sqliteTable('model_alias', {
  name: text('name').primaryKey(),
  models: text('models').notNull(),
});

export const inferencePriority = sqliteTable('inference_priority', {
  userId: text('user_id').primaryKey(),
  priority: integer('priority').notNull(),
});

export const inference = sqliteTable('inference', {
  jobId: text('job_id').primaryKey(),
  task: text('task', { enum: ['run', 'chat', 'completion', 'embedding'] }).notNull(),
  model: text('model').notNull(),
  models: text('models').notNull(),
  request: text('request').notNull(),
  maxTokens: integer('max_tokens').notNull(),
  promptBound: integer('prompt_bound').notNull(),
  inputPriceMicros: integer('input_price_micros').notNull(),
  outputPriceMicros: integer('output_price_micros').notNull(),
  heldMicros: integer('held_micros').notNull(),
  hostId: text('host_id'),
  servedModel: text('served_model'),
  firstTokenMs: integer('first_token_ms'),
  promptTokens: integer('prompt_tokens').notNull().default(0),
  completionTokens: integer('completion_tokens').notNull().default(0),
  chargedMicros: integer('charged_micros').notNull().default(0),
  finishReason: text('finish_reason'),
  extra: text('extra'),
});

export const inferencePiece = sqliteTable(
  'inference_piece',
  {
    jobId: text('job_id').notNull(),
    fromSeq: integer('from_seq').notNull(),
    deltas: text('deltas').notNull(),
  },
  (table) => [primaryKey({ columns: [table.jobId, table.fromSeq] })],
);

export const inferenceLoss = sqliteTable(
  'inference_loss',
  {
    jobId: text('job_id').notNull(),
    fence: integer('fence').notNull(),
    hostId: text('host_id').notNull(),
    reason: text('reason').notNull(),
    pieces: integer('pieces').notNull(),
    dueMicros: integer('due_micros').notNull(),
    createdMs: integer('created_ms').notNull(),
  },
  (table) => [primaryKey({ columns: [table.jobId, table.fence] })],
);
