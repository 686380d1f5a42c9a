import type { Clock } from '../lib/clock';
import type { Log } from '../lib/log';
import type { Assigning } from './assigning';
import type { Pool } from './pool';
import type { PooledJob, Work } from './pooled-job';
import type { Works } from './work';

export interface WatchDeps {
  clock: Clock;
  log: Log;
  pool: Pool;
  works: Works;
  assigning: Assigning;
  /** Reads what other processes wrote. */
  catchUp(): Promise<void>;
}

/** How long a host may load the model, read the prompt and think before the first token. */
const FIRST_TOKEN_MS = 300_000;
/** How long it may pause between two. */
const STALL_MS = 60_000;
const ROUND_MS = 250;
/** While there are no jobs: nothing to lose, and to give. */
const IDLE_ROUND_MS = 1_000;
const CATCH_UP_MS = 1_000;

/** Takes jobs from hosts that do not answer, and gives work to hosts that have rested. */
export class Watch {
  #deps: WatchDeps;
  #isStopped = false;
  #forgetTimer = () => {};
  #caughtUpMs: number;
  #catchingUp: Promise<void> | null = null;

  constructor(deps: WatchDeps) {
    this.#deps = deps;
    this.#caughtUpMs = deps.clock.nowMs();
  }

  start(): void {
    const { clock, pool } = this.#deps;
    const pauseMs = pool.jobs.size > 0 ? ROUND_MS : IDLE_ROUND_MS;
    this.#forgetTimer = clock.after(pauseMs, () => this.#round());
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#forgetTimer();
    await this.#catchingUp;
  }

  #round(): void {
    if (this.#isStopped) return;
    const { clock, pool, assigning } = this.#deps;
    const nowMs = clock.nowMs();
    for (const job of pool.jobs.values()) {
      const reason = job.work && lossOf(job.work, nowMs);
      if (reason) void this.#lose(job, reason);
    }
    for (const host of pool.hosts.values()) {
      if (!host.poll) continue;
      if (host.running.size > 0) assigning.deliverAgain(host);
      if (pool.isAnyWaiting) assigning.serve(host);
    }
    if (this.#catchingUp === null && nowMs - this.#caughtUpMs >= CATCH_UP_MS) {
      this.#caughtUpMs = nowMs;
      this.#catchingUp = this.#catchUp();
    }
    this.start();
  }

  async #catchUp(): Promise<void> {
    try {
      await this.#deps.catchUp();
    } catch (cause) {
      this.#deps.log.error('pool.not_read', { cause });
    } finally {
      this.#catchingUp = null;
    }
  }

  async #lose(job: PooledJob, reason: string): Promise<void> {
    const { clock, works, log } = this.#deps;
    try {
      await job.inTurn(async () => {
        const { work } = job;
        // In the meantime the host may have answered, or another one may have it.
        if (work && lossOf(work, clock.nowMs())) await works.lose(job, work, reason);
      });
    } catch (cause) {
      log.warn('inference.not_lost', { jobId: job.id, cause });
    }
  }
}

/** Why the job must be taken from its host; null while it need not. */
function lossOf({ untilMs, sinceMs, pieceMs }: Work, nowMs: number): string | null {
  if (untilMs <= nowMs) return 'the host stopped answering';
  if (pieceMs === null && nowMs - sinceMs > FIRST_TOKEN_MS) {
    return 'the host sent no token in time';
  }
  if (pieceMs !== null && nowMs - pieceMs > STALL_MS) return 'the host stopped in the middle';
  return null;
}
