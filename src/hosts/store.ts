import type { Connection } from '../db/client';
import type { JobState } from '../jobs/types';
import type { FinishReason, InferenceTask } from './types';

/** An inference as it is accepted. */
export interface NewInference {
  jobId: string;
  task: InferenceTask;
  model: string;
  /** Those that may answer, the first choice first. */
  models: string[];
  /** JSON. */
  request: string;
  maxTokens: number;
  promptBound: number;
  inputPriceMicros: number;
  outputPriceMicros: number;
  heldMicros: number;
  hostId: string | null;
  servedModel: string | null;
}

/** Its row and that of its job, as one. */
export interface InferenceRow extends Omit<NewInference, 'models'> {
  /** JSON. */
  models: string;
  userId: string;
  keyId: string | null;
  idempotencyKey: string | null;
  state: JobState;
  error: string | null;
  priority: number;
  fence: number;
  attempts: number;
  leasedUntilMs: number | null;
  createdMs: number;
  startedMs: number | null;
  endedMs: number | null;
  firstTokenMs: number | null;
  promptTokens: number;
  completionTokens: number;
  chargedMicros: number;
  finishReason: FinishReason | null;
  /** JSON of {@link Extra}. */
  extra: string | null;
}

/** What an answer has beside its text. */
export interface Extra {
  toolCalls?: unknown[] | undefined;
  embeddings?: number[][] | undefined;
}

export interface PieceBatch {
  fromSeq: number;
  /** JSON list of texts. */
  deltas: string;
}

export interface Loss {
  jobId: string;
  fence: number;
  hostId: string;
  reason: string;
  pieces: number;
  /** What they cost. */
  dueMicros: number;
  createdMs: number;
}

export interface Outcome {
  jobId: string;
  /** Unless it was written before. */
  firstTokenMs: number | null;
  promptTokens: number;
  completionTokens: number;
  chargedMicros: number;
  finishReason: FinishReason | null;
  extra: string | null;
}

export type InferenceStore = ReturnType<typeof inferenceStore>;

export function inferenceStore(connection: Connection) {
  return { ...rowStatements(connection), ...pieceStatements(connection) };
}

function rowStatements({ prepare }: Connection) {
  const insert = prepare<never>(`
    INSERT INTO inference (job_id, task, model, models, request, max_tokens, prompt_bound,
      input_price_micros, output_price_micros, held_micros, host_id, served_model)
    VALUES (:jobId, :task, :model, :models, :request, :maxTokens, :promptBound,
      :inputPriceMicros, :outputPriceMicros, :heldMicros, :hostId, :servedModel)`);
  const get = prepare<InferenceRow>(
    `SELECT ${COLUMNS} FROM ${TABLES} WHERE inference.job_id = :id`,
  );
  const live = prepare<InferenceRow>(`
    SELECT ${COLUMNS} FROM ${TABLES} WHERE job.id IN (${LIVE_IDS})`);
  const liveIds = prepare<{ id: string }>(LIVE_IDS);
  const assign = prepare<never>(`
    UPDATE inference SET host_id = :hostId, served_model = :servedModel WHERE job_id = :jobId`);
  const start = prepare<never>(`
    UPDATE inference SET first_token_ms = :nowMs
    WHERE job_id = :jobId AND first_token_ms IS NULL`);
  const finish = prepare<never>(`
    UPDATE inference SET first_token_ms = coalesce(first_token_ms, :firstTokenMs),
      prompt_tokens = :promptTokens, completion_tokens = :completionTokens,
      charged_micros = :chargedMicros, finish_reason = :finishReason, extra = :extra
    WHERE job_id = :jobId`);
  const ofUser = prepare<InferenceRow>(`
    SELECT ${COLUMNS} FROM ${TABLES}
    WHERE job.user_id = :userId AND job.kind = 'inference'
      AND (:state IS NULL OR job.state = :state)
    ORDER BY job.id DESC LIMIT :limit OFFSET :offset`);
  const countOfUser = prepare<{ total: number }>(`
    SELECT count(*) AS total FROM job
    WHERE user_id = :userId AND kind = 'inference' AND (:state IS NULL OR state = :state)`);
  return {
    insert: ({ models, ...row }: NewInference) =>
      insert.run({ ...row, models: JSON.stringify(models) }),
    get: (id: string) => get.get({ id }),
    /** Those that have not ended. */
    live: () => live.all(),
    async liveIds(): Promise<string[]> {
      return (await liveIds.all()).map(({ id }) => id);
    },
    assign: (assigned: { jobId: string; hostId: string; servedModel: string }) =>
      assign.run(assigned),
    markFirstToken: (jobId: string, nowMs: number) => start.run({ jobId, nowMs }),
    finish: (outcome: Outcome) => finish.run({ ...outcome }),
    /** Newest first. */
    ofUser: (userId: string, state: JobState | null, limit: number, offset: number) =>
      ofUser.all({ userId, state, limit, offset }),
    async countOfUser(userId: string, state: JobState | null): Promise<number> {
      return (await countOfUser.get({ userId, state }))?.total ?? 0;
    },
  };
}

function pieceStatements({ prepare }: Connection) {
  const addPieces = prepare<never>(`
    INSERT INTO inference_piece (job_id, from_seq, deltas) VALUES (:jobId, :fromSeq, :deltas)`);
  const pieces = prepare<PieceBatch>(`
    SELECT from_seq AS fromSeq, deltas FROM inference_piece
    WHERE job_id = :jobId ORDER BY from_seq`);
  const addLoss = prepare<never>(`
    INSERT INTO inference_loss (job_id, fence, host_id, reason, pieces, due_micros, created_ms)
    VALUES (:jobId, :fence, :hostId, :reason, :pieces, :dueMicros, :createdMs)`);
  const losses = prepare<Loss>(`
    SELECT job_id AS jobId, fence, host_id AS hostId, reason, pieces, due_micros AS dueMicros,
      created_ms AS createdMs
    FROM inference_loss WHERE job_id = :jobId ORDER BY fence`);
  return {
    addPieces: (jobId: string, batch: PieceBatch) => addPieces.run({ jobId, ...batch }),
    pieces: (jobId: string) => pieces.all({ jobId }),
    addLoss: (loss: Loss) => addLoss.run({ ...loss }),
    losses: (jobId: string) => losses.all({ jobId }),
  };
}

/** By the partial indexes of what has not ended, which the planner does not find by itself. */
const LIVE_IDS = `
  SELECT id FROM job INDEXED BY job_ready
  WHERE kind = 'inference' AND state = 'queued' AND start_tag IS NOT NULL
  UNION ALL
  SELECT id FROM job INDEXED BY job_leased WHERE state = 'running' AND kind = 'inference'`;

const TABLES = 'job JOIN inference ON inference.job_id = job.id';

const COLUMNS = `
  inference.job_id AS jobId, task, model, models, request, max_tokens AS maxTokens,
  prompt_bound AS promptBound, input_price_micros AS inputPriceMicros,
  output_price_micros AS outputPriceMicros, held_micros AS heldMicros, host_id AS hostId,
  served_model AS servedModel, first_token_ms AS firstTokenMs, prompt_tokens AS promptTokens,
  completion_tokens AS completionTokens, charged_micros AS chargedMicros,
  finish_reason AS finishReason, extra, user_id AS userId, key_id AS keyId,
  idempotency_key AS idempotencyKey, state, error,
  priority, fence, attempts, leased_until_ms AS leasedUntilMs, created_ms AS createdMs,
  started_ms AS startedMs, ended_ms AS endedMs`;
