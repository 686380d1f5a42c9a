import type { Transaction } from '../db/write';
import { assert } from '../lib/assert';
import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import type { Job, JobEngine, NewJob } from './types';
import { topics, type Wakeups } from './wakeups';

const DEFAULT_MAX_ATTEMPTS = 3;

export interface Submission {
  /**
   * Joins the write that accepts the job. A repetition (same user, key and request hash) answers
   * the job that is there already. Throws Fault conflict when the key was used for another request.
   */
  enqueue(tx: Transaction, newJob: NewJob): Promise<Enqueued>;
  /** For a caller who must know before it holds money; the same rule and Fault as `enqueue`. */
  findIdempotent(
    tx: Transaction,
    userId: string,
    key: string,
    requestHash: string,
  ): Promise<Job | undefined>;
  /** The job starts its life running, under a lease: for `Runner.perform`, and for whoever has a
   * worker that waits. An idempotency key is one that `findIdempotent` did not know in this write. */
  enqueueClaimed(tx: Transaction, newJob: NewJob, leaseMs: number): Promise<Job>;
}

export interface Enqueued {
  job: Job;
  existing: boolean;
  /** In the fair queue, as {@link ReadyJob} has it; null for one that is not due, or existing. */
  place: number | null;
}

export function createSubmission(parts: {
  engine: JobEngine;
  clock: Clock;
  wakeups: Wakeups;
}): Submission {
  const { engine, clock, wakeups } = parts;

  async function findIdempotent(
    tx: Transaction,
    userId: string,
    key: string,
    requestHash: string | null,
  ): Promise<Job | undefined> {
    const job = await engine.jobs.within(tx).getByIdempotencyKey(userId, key);
    if (job && job.requestHash !== requestHash) {
      throw new Fault(
        'conflict',
        'this Idempotency-Key was used for a different request: send a new key for a new request',
        { field: 'Idempotency-Key' },
      );
    }
    return job;
  }

  async function insert(
    tx: Transaction,
    job: Job,
    { cost, firstEvent }: NewJob,
  ): Promise<number | null> {
    const store = engine.jobs.within(tx);
    const place = await store.insert(job, cost);
    if (!firstEvent) return place;
    const { type, data } = firstEvent;
    const createdMs = job.createdMs;
    await store.insertEvent({ jobId: job.id, seq: 1, type, data: JSON.stringify(data), createdMs });
    return place;
  }

  return {
    findIdempotent,
    async enqueue(tx, newJob) {
      const key = newJob.idempotencyKey ?? null;
      if (key !== null) {
        const existing = await findIdempotent(tx, newJob.userId, key, newJob.requestHash ?? null);
        if (existing) return { job: existing, existing: true, place: null };
      }
      const nowMs = clock.nowMs();
      const job = queuedJob(newJob, nowMs);
      const place = await insert(tx, job, newJob);
      if (job.dueMs <= nowMs) tx.afterCommit(() => wakeups.wake(topics.ready(job.kind)));
      return { job, existing: false, place };
    },
    async enqueueClaimed(tx, newJob, leaseMs) {
      const nowMs = clock.nowMs();
      const job: Job = {
        ...queuedJob(newJob, nowMs),
        state: 'running',
        attempts: 1,
        fence: 1,
        leasedUntilMs: nowMs + leaseMs,
        dueMs: nowMs,
        startedMs: nowMs,
      };
      await insert(tx, job, newJob);
      return job;
    },
  };
}

function queuedJob(newJob: NewJob, nowMs: number): Job {
  assert(Number.isSafeInteger(newJob.cost) && newJob.cost > 0, 'a cost is a positive integer');
  return {
    id: newJob.id,
    kind: newJob.kind,
    userId: newJob.userId,
    keyId: newJob.keyId ?? null,
    payload: newJob.payload ?? null,
    state: 'queued',
    priority: newJob.priority ?? 0,
    attempts: 0,
    maxAttempts: newJob.maxAttempts ?? DEFAULT_MAX_ATTEMPTS,
    fence: 0,
    leasedUntilMs: null,
    dueMs: newJob.dueMs ?? nowMs,
    deadlineMs: newJob.deadlineMs ?? null,
    cancelRequestedMs: null,
    idempotencyKey: newJob.idempotencyKey ?? null,
    requestHash: newJob.requestHash ?? null,
    error: null,
    createdMs: nowMs,
    startedMs: null,
    endedMs: null,
  };
}
