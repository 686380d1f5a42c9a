import type { Bound, Db } from '../db/database';
import type { Transaction } from '../db/write';
import { LeaseLost } from '../jobs/lease-lost';
import type { Queue } from '../jobs/queue';
import type { Clock } from '../lib/clock';
import type { Log } from '../lib/log';
import type { Assigning } from './assigning';
import { LEASE_MS, MAX_ATTEMPTS } from './jobs';
import { freshDeltas, leaseIsOver } from './pieces';
import type { Pool } from './pool';
import type { PooledJob, Work } from './pooled-job';
import { costMicros } from './price';
import type { Bill, Settlement } from './settlement';
import type { InferenceStore } from './store';
import type { HostStore } from './store-hosts';
import type { Piece } from './types';

export interface WorkDeps {
  db: Db;
  queue: Queue;
  clock: Clock;
  log: Log;
  pool: Pool;
  store: Bound<InferenceStore>;
  hosts: Bound<HostStore>;
  settlement: Settlement;
  assigning: Assigning;
  /** Reads a job anew that is not as memory has it. */
  refresh(job: PooledJob): Promise<void>;
}

/** A lease is written anew when no more than this is left of it: not with every piece. */
const RENEW_BELOW_MS = (LEASE_MS * 2) / 3;

/** How a job ends well: with its last pieces. */
export type Ending = Omit<Bill, 'work' | 'pieces'> & { deltas: string[] };

/**
 * What can happen to a job while a host has it: pieces come, it ends, it is lost. Every step proves
 * in its write that the lease holds, then changes what is in memory. All are called in the job's
 * turn, with the work that the caller found there.
 */
export class Works {
  #deps: WorkDeps;

  constructor(deps: WorkDeps) {
    this.#deps = deps;
  }

  async renew(job: PooledJob, work: Work): Promise<void> {
    const { db } = this.#deps;
    const untilMs = await this.#proven(job, () => db.write((tx) => this.#holdLease(tx, work)));
    this.#heard(work, untilMs);
  }

  /** Accepts what is new of these. Past the most that was asked for, the job ends. */
  async accept(job: PooledJob, work: Work, pieces: readonly Piece[]): Promise<void> {
    const fresh = freshDeltas(job, pieces);
    const deltas = fresh.slice(0, job.maxTokens - job.pieces.length);
    if (deltas.length < fresh.length) {
      await this.end(job, work, { finishReason: 'length', deltas });
      return;
    }
    let { untilMs } = work;
    // What came before is as good a sign of life, but is not worth a write each time.
    if (deltas.length > 0 || this.#isRunningOut(work)) {
      untilMs = await this.#proven(job, () =>
        this.#deps.db.write(async (tx) => {
          const heldUntilMs = await this.#holdLease(tx, work);
          await this.#keep(tx, job, deltas);
          return heldUntilMs;
        }),
      );
    }
    this.#heard(work, untilMs);
    this.#take(job, work, deltas);
    job.changed();
  }

  /** The one write that keeps the last pieces, bills them all and frees the host. */
  async end(job: PooledJob, work: Work, { deltas, ...ending }: Ending): Promise<void> {
    const pieces = job.piecesOfWork + deltas.length;
    await this.#finish(job, work, { state: 'done', error: null }, async (tx) => {
      await this.#keepPieces(tx, job, deltas);
      await this.#deps.settlement.settle(tx, job, { ...ending, work, pieces });
    });
    this.#take(job, work, deltas);
    work.host.succeeded(speedOf(work, pieces));
    this.#deps.pool.observeLatency(job);
    this.#ended(job, work);
  }

  /** The request itself is wrong, or too many hosts failed at it: nobody pays. */
  async failForGood(job: PooledJob, work: Work, error: string): Promise<void> {
    const { settlement } = this.#deps;
    await this.#finish(job, work, { state: 'failed', error }, (tx) =>
      settlement.release(tx, job.facts),
    );
    this.#ended(job, work);
  }

  /** What was accepted is paid. */
  async cancel(job: PooledJob, work: Work): Promise<void> {
    const bill: Bill = { work, pieces: job.piecesOfWork, finishReason: null };
    await this.#finish(job, work, { state: 'canceled', error: null }, (tx) =>
      this.#deps.settlement.settle(tx, job, bill),
    );
    this.#ended(job, work);
  }

  /** The host did not end it: another one goes on from what was accepted. */
  async lose(job: PooledJob, work: Work, reason: string): Promise<void> {
    const { clock, log, queue, pool, assigning } = this.#deps;
    const { host, fence } = work;
    log.warn('inference.lost', { jobId: job.id, hostId: host.id, reason });
    host.failed(clock.nowMs(), work.sinceMs);
    if (job.pieces.length > 0 && job.pieces.length >= job.maxTokens) {
      await this.end(job, work, { finishReason: 'length', deltas: [] });
      return;
    }
    if (fence >= MAX_ATTEMPTS) {
      await this.failForGood(job, work, reason);
      return;
    }
    const again = this.#again(job, work, reason);
    await this.#proven(job, () => queue.giveBack({ id: job.id, fence }, again));
    this.#letGo(job, work);
    job.lostBy.add(host.id);
    host.stored.failedJobs += 1;
    pool.enqueue(job);
    assigning.serveAny(job);
    job.changed();
  }

  #again(job: PooledJob, { host, fence }: Work, reason: string) {
    const nowMs = this.#deps.clock.nowMs();
    const pieces = job.piecesOfWork;
    return {
      dueMs: nowMs,
      attempts: fence,
      error: null,
      keepsPlace: true,
      commit: async (tx: Transaction): Promise<void> => {
        const loss = {
          jobId: job.id,
          fence,
          hostId: host.id,
          reason,
          pieces,
          dueMicros: costMicros(host.stored.price, 0, pieces),
          createdMs: nowMs,
        };
        await this.#deps.store.within(tx).addLoss(loss);
        await this.#deps.hosts.within(tx).countFailure(host.id);
      },
    };
  }

  /** A write for a job whose lease must hold; a job that is otherwise is read anew. */
  async #proven<T>(job: PooledJob, write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (thrown) {
      if (!(thrown instanceof LeaseLost)) throw thrown;
      await this.#deps.refresh(job);
      throw leaseIsOver();
    }
  }

  #finish(
    job: PooledJob,
    { fence }: Work,
    outcome: { state: 'done' | 'failed' | 'canceled'; error: string | null },
    commit: (tx: Transaction) => Promise<void>,
  ): Promise<void> {
    const claim = { id: job.id, fence };
    return this.#proven(job, () =>
      this.#deps.queue.finish(claim, { ...outcome, by: 'handler', commit }),
    );
  }

  /** Until when the lease holds as this write leaves it. */
  async #holdLease(tx: Transaction, work: Work): Promise<number> {
    const { queue, clock } = this.#deps;
    const { jobId: id, fence, untilMs } = work;
    const claim = { id, fence };
    if (!this.#isRunningOut(work)) {
      if (!(await queue.isHeld(tx, claim))) throw new LeaseLost(id);
      return untilMs;
    }
    const renewedMs = clock.nowMs() + LEASE_MS;
    if ((await queue.renewWithin(tx, claim, LEASE_MS)) === 'lost') throw new LeaseLost(id);
    return renewedMs;
  }

  #isRunningOut({ untilMs }: Work): boolean {
    return untilMs - this.#deps.clock.nowMs() <= RENEW_BELOW_MS;
  }

  async #keep(tx: Transaction, job: PooledJob, deltas: string[]): Promise<void> {
    await this.#keepPieces(tx, job, deltas);
    const isFirst = job.pieces.length === 0 && deltas.length > 0;
    if (!isFirst) return;
    await this.#deps.store.within(tx).markFirstToken(job.id, this.#deps.clock.nowMs());
  }

  async #keepPieces(tx: Transaction, job: PooledJob, deltas: string[]): Promise<void> {
    if (deltas.length === 0) return;
    const batch = { fromSeq: job.pieces.length + 1, deltas: JSON.stringify(deltas) };
    await this.#deps.store.within(tx).addPieces(job.id, batch);
  }

  /** `untilMs` is what the file says, and no later: a server that comes back goes by the file. */
  #heard(work: Work, untilMs: number): void {
    const nowMs = this.#deps.clock.nowMs();
    work.untilMs = untilMs;
    work.heardMs = nowMs;
    work.host.seenMs = nowMs;
  }

  #take(job: PooledJob, work: Work, deltas: string[]): void {
    if (deltas.length === 0) return;
    work.pieceMs = this.#deps.clock.nowMs();
    work.firstPieceMs ??= work.pieceMs;
    for (const delta of deltas) job.pieces.push(delta);
  }

  /** Nobody works on it any more: the slot is free. */
  #letGo(job: PooledJob, work: Work): void {
    work.host.running.delete(job.id);
    job.work = null;
  }

  #ended(job: PooledJob, work: Work): void {
    this.#letGo(job, work);
    job.isEnded = true;
    this.#deps.pool.jobs.delete(job.id);
    job.changed();
    this.#deps.assigning.serve(work.host);
  }
}

function speedOf({ sinceMs, firstPieceMs, pieceMs }: Work, pieces: number) {
  const spanMs = firstPieceMs === null || pieceMs === null ? 0 : pieceMs - firstPieceMs;
  return {
    firstTokenMs: firstPieceMs === null ? null : firstPieceMs - sinceMs,
    tokensPerSecond: spanMs > 0 ? (1_000 * (pieces - 1)) / spanMs : null,
  };
}
