import type { Transaction } from '../db/write';

/**
 * The life of a job:
 *
 *     queued → running → done | failed | canceled
 *     running → queued     its lease was lost, or its handler said retry or snooze
 *     running → failed     its lease was lost, or its handler failed, for the last allowed time
 *     queued → canceled    canceled before it started
 *     queued → failed      its deadline passed before it started
 *
 * done, failed and canceled are final.
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
  /** What the job's stream begins with; kept as JSON. */
  firstEvent?: { type: string; data: object };
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

/** The way of a job's end: by its handler's word, whose `commit` joins that write, or by the
 * queue's own decision, where the handler's `ended` joins it. */
export interface Ending {
  state: 'done' | 'failed' | 'canceled';
  error: string | null;
  by: 'handler' | 'queue';
  commit?: ((tx: Transaction) => Promise<void>) | undefined;
}

/** How a running job returns to the queue. */
export interface Again {
  dueMs: number;
  /** Those that count as used. */
  attempts: number;
  error: string | null;
  /** True for a job that was interrupted: it goes on before the user's later jobs. */
  keepsPlace: boolean;
  /** Joins the write. */
  commit?: (tx: Transaction) => Promise<void>;
}

/** A job that waits for its turn: the higher priority first, then the lower place, then the id. */
export interface ReadyJob {
  id: string;
  priority: number;
  place: number;
}

/** A claim on a job: good for as long as both are the job's. */
export type Claim = Pick<Job, 'id' | 'fence'>;

/** Of which kinds the queue ends what has run out. */
export interface ExpiringKinds {
  leases: string[];
  deadlines: string[];
}

/** Newest first. */
export interface JobFilter {
  userId?: string;
  kind?: string;
  state?: JobState;
  limit: number;
  offset: number;
}

export interface JobCount {
  kind: string;
  state: 'queued' | 'running';
  count: number;
}

export interface CronRow {
  name: string;
  expression: string;
  dueMs: number;
}

/**
 * What an engine stores and how it finds it. The rules of the life cycle lie above, in the queue:
 * an engine compares and sets. The contract suite says what each function guarantees.
 */
export interface JobStore {
  get(id: string): Promise<Job | undefined>;
  getByIdempotencyKey(userId: string, key: string): Promise<Job | undefined>;
  list(filter: JobFilter): Promise<Job[]>;
  /** Of the jobs that have not ended. */
  counts(): Promise<JobCount[]>;
  /** A job that is due by its creation enters the fair queue at once: answers its place there. One
   * that is running already has had its turn by that. */
  insert(job: Job, cost: number): Promise<number | null>;

  /** Of these kinds, those of which a job could be claimed now. */
  dueKinds(kinds: readonly string[], nowMs: number): Promise<string[]>;
  /** Lets the jobs that have become due enter the fair queue, then starts the first `limit`. */
  claim(kind: string, limit: number, nowMs: number, leasedUntilMs: number): Promise<Job[]>;
  /** Starts this job out of turn. Undefined, and nothing changed, when it is not ready. */
  claimOne(id: string, nowMs: number, leasedUntilMs: number): Promise<Job | undefined>;
  /** The jobs that could be claimed, in their order. */
  ready(kind: string, nowMs: number): Promise<ReadyJob[]>;
  isHeld(claim: Claim): Promise<boolean>;
  /** Undefined when the claim is lost. */
  renew(claim: Claim, leasedUntilMs: number): Promise<Pick<Job, 'cancelRequestedMs'> | undefined>;
  /** False, and nothing changed, when the job is in another state or its fence is another. */
  end(
    claim: Claim,
    from: 'queued' | 'running',
    to: Pick<Ending, 'state' | 'error'>,
    endedMs: number,
  ): Promise<boolean>;
  /** Undefined, and nothing changed, when the claim is lost. */
  requeue(claim: Claim, again: Again): Promise<Job | undefined>;
  requestCancel(id: string, nowMs: number): Promise<void>;
  /** Ids of jobs that the queue has to deal with: running ones whose lease has run out, queued ones
   * past their deadline. */
  expired(kinds: ExpiringKinds, nowMs: number, limit: number): Promise<string[]>;

  /** Gives the event the job's next seq. */
  appendEvent(event: Omit<JobEvent, 'seq'>): Promise<JobEvent>;
  /** For the first event of a job: nobody has to look for its seq. */
  insertEvent(event: JobEvent): Promise<void>;
  events(jobId: string, afterSeq: number, limit: number): Promise<JobEvent[]>;

  cron(): Promise<CronRow[]>;
  putCron(row: CronRow): Promise<void>;
  /** False, and nothing changed, when another process has moved it on already. */
  advanceCron(name: string, fromMs: number, toMs: number): Promise<boolean>;
}

/** Where jobs are kept. Stores of one engine share its writes with the features' own. */
export interface JobEngine {
  write<T>(body: (tx: Transaction) => Promise<T>): Promise<T>;
  jobs: {
    /** Sees committed state only. */
    read: JobStore;
    within(tx: Transaction): JobStore;
  };
}
