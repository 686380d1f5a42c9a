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
const ROUNDS_PER_CATCH_UP = 20;

/** Takes jobs from hosts that do not answer, and gives work to hosts that have rested. */
export class Watch {
  #deps: WatchDeps;
  #isStopped = false;
  #forgetTimer = () => {};
  #rounds = 0;
  #catchingUp: Promise<void> = Promise.resolve();

  constructor(deps: WatchDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#forgetTimer = this.#deps.clock.after(ROUND_MS, () => this.#round());
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
    this.#rounds += 1;
    if (this.#rounds % ROUNDS_PER_CATCH_UP === 0) this.#catchingUp = this.#catchUp();
    this.start();
  }

  async #catchUp(): Promise<void> {
    try {
      await this.#deps.catchUp();
    } catch (cause) {
      this.#deps.log.error('pool.not_read', { cause });
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
