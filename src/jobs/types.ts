import type { Transaction } from '../db/write';

/**
 * The life of a job:
 *
 *     queued → running → done | failed | canceled
 *     running → queued     its lease was lost, or its handler said retry or snooze
 *     queued → canceled    canceled before it started
 *     queued → failed      its deadline passed, or its attempts are used up
 */
export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'canceled';

export interface Job {
  id: string;
  kind: string;
  userId: string;
  keyId: string | null;
  payload: string | null;
  state: JobState;
  priority: number;
  attempts: number;
  maxAttempts: number;
  /** Rises with every claim: a worker whose fence is not the job's has lost it. */
  fence: number;
  leasedUntilMs: number | null;
  dueMs: number;
  deadlineMs: number | null;
  cancelRequestedMs: number | null;
  idempotencyKey: string | null;
  requestHash: string | null;
  error: string | null;
  createdMs: number;
  startedMs: number | null;
  endedMs: number | null;
}

export interface NewJob {
  id: string;
  kind: string;
  userId: string;
  keyId?: string | null;
  payload?: string | null;
  /** What the job weighs in the fair queue: a positive integer, e.g. its price in credits. */
  cost: number;
  priority?: number;
  maxAttempts?: number;
  /** Not before; now if absent. */
  dueMs?: number;
  deadlineMs?: number | null;
  /** One job for each (user, key); `requestHash` tells a repetition from a misuse. */
  idempotencyKey?: string | null;
  requestHash?: string | null;
}

export interface JobEvent {
  jobId: string;
  /** From 1, without gaps: what a stream resumes by. */
  seq: number;
  type: string;
  /** JSON. */
  data: string;
  createdMs: number;
}

/** Why a running job is told to stop. */
export type StopReason = 'canceled' | 'deadline' | 'lease_lost' | 'shutdown';

/** What a handler is given: the job, and the means to work under its lease. */
export interface JobRun {
  readonly job: Job;
  /** Aborted with a {@link StopReason} as its reason. */
  readonly signal: AbortSignal;
  /** A `db.write` that first proves that the lease is still ours; throws LeaseLost otherwise. */
  write<T>(body: (tx: Transaction) => Promise<T>): Promise<T>;
}

/** What a handler says of its job. `commit` joins the write that ends it: both happen or neither. */
export type JobOutcome =
  | { outcome: 'done'; commit?: (tx: Transaction) => Promise<void> }
  | { outcome: 'failed'; error: string; commit?: (tx: Transaction) => Promise<void> }
  | { outcome: 'canceled'; commit?: (tx: Transaction) => Promise<void> }
  | { outcome: 'retry'; afterMs: number; error: string }
  | { outcome: 'snooze'; untilMs: number };

export interface JobHandler {
  kind: string;
  /** How many jobs of this kind run at once in this process. */
  concurrency: number;
  perform(run: JobRun): Promise<JobOutcome>;
  /** Joins the write by which the queue itself ends a job (canceled while queued, deadline passed,
   * attempts used up): where a hold is released. */
  ended(tx: Transaction, job: Job): Promise<void>;
}
