import type { Pool } from './pool';
import type { PooledJob } from './pooled-job';
import type { InferenceRow } from './store';
import type { InferenceView } from './types';

/** A job as it is told: its row, and what memory knows better while it lives. */
export function viewOf(row: InferenceRow, pool: Pool): InferenceView {
  const live = pool.jobs.get(row.jobId);
  const isWaiting = live !== undefined && live.work === null && row.state === 'queued';
  return {
    id: row.jobId,
    userId: row.userId,
    task: row.task,
    model: row.model,
    servedModel: row.servedModel,
    hostId: row.hostId,
    state: row.state,
    error: row.error,
    heldMicros: row.heldMicros,
    chargedMicros: row.chargedMicros,
    maxTokens: row.maxTokens,
    promptTokens: row.promptTokens,
    completionTokens: live?.pieces.length ?? row.completionTokens,
    finishReason: row.finishReason,
    createdMs: row.createdMs,
    startedMs: row.startedMs,
    firstTokenMs: row.firstTokenMs,
    endedMs: row.endedMs,
    ...(isWaiting ? { waiting: pool.waiting(live) } : {}),
  };
}

/** A job that this process has just accepted: nothing is read for it, and how long it may wait is
 * not asked, which takes longer the more jobs there are. */
export function viewOfNew(job: PooledJob): InferenceView {
  const { id, userId, request, heldMicros, createdMs } = job.facts;
  return {
    id,
    userId,
    task: request.task,
    model: request.model,
    servedModel: job.work?.model ?? null,
    hostId: job.work?.host.id ?? null,
    state: job.work ? 'running' : 'queued',
    error: null,
    heldMicros,
    chargedMicros: 0,
    maxTokens: request.maxTokens,
    promptTokens: 0,
    completionTokens: 0,
    finishReason: null,
    createdMs,
    startedMs: job.work?.sinceMs ?? null,
    firstTokenMs: null,
    endedMs: null,
  };
}
