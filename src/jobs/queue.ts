import type { Transaction } from '../db/write';
import { assert } from '../lib/assert';
import type { Clock } from '../lib/clock';
import type { Log } from '../lib/log';
import { createEndings, type Endings } from './endings';
import { followEvents } from './follow';
import { createSubmission, type Submission } from './submission';
import type { Claim, Job, JobCount, JobEngine, JobEvent, JobFilter, ReadyJob } from './types';
import { topics, Wakeups } from './wakeups';

export type Renewal = 'renewed' | 'cancel_requested' | 'lost';

/**
 * The durable queue: what is committed here happens, at least once, and is recorded once.
 * Processes on the same file share it; in one process there is one Queue, because waiters are woken
 * in memory, and by a poll each second when another process did the work.
 */
export interface Queue extends Submission, Endings {
  get(id: string): Promise<Job | undefined>;
  /** As a write sees it that may have changed it. */
  getWithin(tx: Transaction, id: string): Promise<Job | undefined>;
  /** Newest first. */
  list(filter: JobFilter): Promise<Job[]>;
  /** Queued and running jobs by kind. */
  counts(): Promise<JobCount[]>;

  /** Starts up to `limit` due jobs, in the order of the fair queue, each leased for `leaseMs`. */
  claim(kind: string, limit: number, leaseMs: number): Promise<Job[]>;
  /** Joins a write: starts this job, whose turn the caller says it is. Undefined when it does not
   * wait any more. */
  claimOne(tx: Transaction, id: string, leaseMs: number): Promise<Job | undefined>;
  /** For who decides by more than the order whose turn it is. */
  ready(kind: string): Promise<ReadyJob[]>;
  /** Of these kinds, those of which a job could be claimed now. */
  dueKinds(kinds: readonly string[]): Promise<string[]>;
  renew(claim: Claim, leaseMs: number): Promise<Renewal>;
  /** Joins a write. */
  renewWithin(tx: Transaction, claim: Claim, leaseMs: number): Promise<Renewal>;
  /** Joins a write: does the claim still hold? */
  isHeld(tx: Transaction, claim: Claim): Promise<boolean>;

  /** Stores an event with the job's next seq: from 1, without gaps. `data` is kept as JSON. */
  emit(tx: Transaction, jobId: string, type: string, data: object): Promise<void>;
  events(jobId: string, afterSeq: number, limit: number): Promise<JobEvent[]>;
  /**
   * The stored events after `afterSeq`, then each new one as it is committed. Ends when the job has
   * ended and all its events are read, or when `signal` aborts. Throws Fault not_found.
   */
  follow(jobId: string, afterSeq: number, signal: AbortSignal): AsyncIterable<JobEvent>;

  /** Calls back after a commit by which a job of this kind can be claimed. Returns how to stop. */
  onReady(kind: string, listener: () => void): () => void;
  /** Calls back after this process asked a running job to stop. Returns how to stop. */
  onCancelRequested(jobId: string, listener: () => void): () => void;
}

export function createQueue(parts: { engine: JobEngine; clock: Clock; log: Log }): Queue {
  const { engine, clock } = parts;
  const wakeups = new Wakeups();
  const { read, within } = engine.jobs;

  async function renewWithin(tx: Transaction, claim: Claim, leaseMs: number): Promise<Renewal> {
    const renewed = await within(tx).renew(claim, clock.nowMs() + leaseMs);
    if (!renewed) return 'lost';
    return renewed.cancelRequestedMs === null ? 'renewed' : 'cancel_requested';
  }

  return {
    ...createSubmission({ engine, clock, wakeups }),
    ...createEndings({ ...parts, wakeups }),

    get: (id) => read.get(id),
    getWithin: (tx, id) => within(tx).get(id),
    list: (filter) => read.list(filter),
    counts: () => read.counts(),

    claim(kind, limit, leaseMs) {
      assert(Number.isSafeInteger(limit) && limit > 0, 'a claim asks for at least one job');
      return engine.write((tx) => {
        const nowMs = clock.nowMs();
        return within(tx).claim(kind, limit, nowMs, nowMs + leaseMs);
      });
    },
    claimOne(tx, id, leaseMs) {
      const nowMs = clock.nowMs();
      return within(tx).claimOne(id, nowMs, nowMs + leaseMs);
    },
    ready: (kind) => read.ready(kind, clock.nowMs()),
    dueKinds: (kinds) => read.dueKinds(kinds, clock.nowMs()),
    renew: (claim, leaseMs) => engine.write((tx) => renewWithin(tx, claim, leaseMs)),
    renewWithin,
    isHeld: (tx, claim) => within(tx).isHeld(claim),

    async emit(tx, jobId, type, data) {
      const text = JSON.stringify(data);
      const event = { jobId, type, data: text, createdMs: clock.nowMs() };
      await within(tx).appendEvent(event);
      tx.afterCommit(() => wakeups.wake(topics.changed(jobId)));
    },
    events: (jobId, afterSeq, limit) => read.events(jobId, afterSeq, limit),
    follow: (jobId, afterSeq, signal) =>
      followEvents({ read, clock, wakeups }, jobId, afterSeq, signal),

    onReady: (kind, listener) => wakeups.on(topics.ready(kind), listener),
    onCancelRequested: (jobId, listener) => wakeups.on(topics.cancelRequested(jobId), listener),
  };
}
