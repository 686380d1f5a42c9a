import type { Bound, Db } from '../db/database';
import { LeaseLost } from '../jobs/lease-lost';
import type { Queue } from '../jobs/queue';
import type { Job } from '../jobs/types';
import { assert } from '../lib/assert';
import type { Clock } from '../lib/clock';
import type { Log } from '../lib/log';
import { LEASE_MS } from './jobs';
import type { Pool } from './pool';
import type { PoolHost } from './pool-host';
import type { PooledJob } from './pooled-job';
import type { Choice } from './routing';
import type { InferenceStore } from './store';
import type { Assignment } from './types';

export interface AssigningDeps {
  db: Db;
  queue: Queue;
  clock: Clock;
  log: Log;
  pool: Pool;
  store: Bound<InferenceStore>;
  /** Reads a job anew that is not as it was thought to be. */
  refresh(job: PooledJob): Promise<void>;
}

/** A job that was handed over this long ago, and of which nothing was heard, may not have arrived. */
const DELIVER_AGAIN_MS = 3_000;

/** Hands jobs to hosts that wait for them. A slot is taken before the write that proves it. */
export class Assigning {
  #deps: AssigningDeps;

  constructor(deps: AssigningDeps) {
    this.#deps = deps;
  }

  reserve(job: PooledJob, { host }: Choice): void {
    host.reserve(job.id);
  }

  unreserve(job: PooledJob, { host }: Choice): void {
    host.running.delete(job.id);
  }

  /** The write is committed: the host learns of its job. */
  begin(job: PooledJob, { host, model }: Choice, claimed: Job): void {
    const nowMs = this.#deps.clock.nowMs();
    job.work = {
      jobId: job.id,
      fence: claimed.fence,
      host,
      model,
      sinceMs: nowMs,
      handedMs: nowMs,
      untilMs: claimed.leasedUntilMs ?? nowMs,
      before: job.pieces.length,
      handedAt: job.pieces.length,
      heardMs: null,
      firstPieceMs: null,
      pieceMs: null,
    };
    host.read(job.prefix);
    host.deliver(assignmentOf(job));
  }

  /** Gives a host as much as it has room for. */
  serve(host: PoolHost): void {
    const { pool } = this.#deps;
    const nowMs = this.#deps.clock.nowMs();
    while (host.room(nowMs) > 0) {
      const next = pool.next(host);
      if (!next) return;
      const choice = { host, model: next.model };
      pool.dequeue(next.job);
      this.reserve(next.job, choice);
      void next.job.inTurn(() => this.#assign(next.job, choice));
    }
  }

  /** To a host that waits: jobs that it has, and of which it has said nothing for so long that they
   * may never have arrived. */
  deliverAgain(host: PoolHost): void {
    const { pool, clock } = this.#deps;
    const nowMs = clock.nowMs();
    for (const id of host.running) {
      const job = pool.jobs.get(id);
      if (!host.poll || host.poll.room === 0) return;
      if (job?.work?.heardMs !== null || nowMs - job.work.handedMs <= DELIVER_AGAIN_MS) continue;
      job.work.handedMs = nowMs;
      host.poll.room -= 1;
      host.poll.deliver(assignmentOf(job));
    }
  }

  /** A job has begun to wait. */
  serveAny(job: PooledJob): void {
    for (const { host } of this.#deps.pool.choices(job)) this.serve(host);
  }

  async #assign(job: PooledJob, choice: Choice): Promise<void> {
    const { db, queue, store, log, refresh } = this.#deps;
    try {
      const claimed = await db.write(async (tx) => {
        const started = await queue.claimOne(tx, job.id, LEASE_MS);
        if (!started) throw new LeaseLost(job.id);
        const assigned = { jobId: job.id, hostId: choice.host.id, servedModel: choice.model };
        await store.within(tx).assign(assigned);
        return started;
      });
      this.begin(job, choice, claimed);
    } catch (cause) {
      this.unreserve(job, choice);
      if (!(cause instanceof LeaseLost)) {
        log.error('inference.not_assigned', { jobId: job.id, cause });
      }
      await refresh(job);
    }
  }
}

function assignmentOf(job: PooledJob): Assignment {
  const { work, facts, pieces } = job;
  assert(work, 'an assigned job has a host');
  work.handedAt = pieces.length;
  return {
    jobId: job.id,
    fence: work.fence,
    leaseMs: LEASE_MS,
    model: work.model,
    request: facts.request,
    acceptedText: pieces.join(''),
    nextSeq: pieces.length + 1,
    maxTokens: job.maxTokens - pieces.length,
  };
}
