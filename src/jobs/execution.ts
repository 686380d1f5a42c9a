import { assert } from '../lib/assert';
import type { Clock } from '../lib/clock';
import { publicMessage } from '../lib/fault';
import type { Chance } from '../lib/ids';
import type { Log } from '../lib/log';
import { backoffMs } from './backoff';
import { holdLease } from './lease';
import { LeaseLost } from './lease-lost';
import { type Decision, decide, type Report } from './lifecycle';
import type { Queue } from './queue';
import type { Job, JobEngine, JobHandler, JobRun, StopReason } from './types';

export interface ExecutionParts {
  queue: Queue;
  engine: JobEngine;
  clock: Clock;
  chance: Chance;
  log: Log;
  /** How long a claim holds without a renewal. */
  leaseMs: number;
  /** How long a handler may go on after it was told to stop; then it is left behind. */
  graceMs: number;
}

/** One attempt at one claimed job, from the lease to the record of what came of it. */
export class Execution {
  readonly job: Job;
  #parts: ExecutionParts;
  #handler: JobHandler;
  #abort = new AbortController();

  constructor(parts: ExecutionParts, handler: JobHandler, job: Job) {
    assert(job.state === 'running', 'only a claimed job is performed');
    this.#parts = parts;
    this.#handler = handler;
    this.job = job;
  }

  /** The first reason stands. */
  stop(reason: StopReason): void {
    if (!this.#abort.signal.aborted) this.#abort.abort(reason);
  }

  /** Never rejects. What cannot be recorded is left to the end of the lease, and to the reaper. */
  async run(): Promise<void> {
    const letGo = holdLease(this.#parts, this.job, (reason) => this.stop(reason));
    try {
      await this.#record(await this.#perform());
    } catch (cause) {
      const event = cause instanceof LeaseLost ? 'job.lease_lost' : 'job.outcome_not_recorded';
      this.#parts.log.warn(event, { ...this.#name, cause });
    } finally {
      letGo();
    }
  }

  get #name() {
    return { jobId: this.job.id, kind: this.job.kind, fence: this.job.fence };
  }

  get #stopReason(): StopReason | undefined {
    const { aborted, reason } = this.#abort.signal;
    return aborted ? (reason as StopReason) : undefined;
  }

  async #perform(): Promise<Report> {
    if (this.#stopReason) return { outcome: 'threw', error: 'it was stopped before it started' };
    const patience = this.#graceAfterStop();
    try {
      return await Promise.race([this.#handler.perform(this.#jobRun()), patience.over]);
    } catch (thrown) {
      return this.#reportThrown(thrown);
    } finally {
      patience.forget();
    }
  }

  #reportThrown(thrown: unknown): Report {
    if (thrown instanceof LeaseLost) throw thrown;
    const stop = this.#stopReason;
    if (!stop) this.#parts.log.error('job.handler_threw', { ...this.#name, cause: thrown });
    return { outcome: 'threw', error: publicMessage(thrown) };
  }

  #jobRun(): JobRun {
    const { engine, queue } = this.#parts;
    return {
      job: this.job,
      signal: this.#abort.signal,
      write: (body) =>
        engine.write(async (tx) => {
          if (!(await queue.isHeld(tx, this.job))) {
            this.stop('lease_lost');
            throw new LeaseLost(this.job.id);
          }
          return await body(tx);
        }),
    };
  }

  /** A handler that ignores its signal is left behind: its fence keeps it from writing. */
  #graceAfterStop(): { over: Promise<Report>; forget(): void } {
    const { clock, graceMs } = this.#parts;
    const { promise, resolve } = Promise.withResolvers<Report>();
    const { signal } = this.#abort;
    let forgetTimer = () => {};
    const onStop = () => {
      const error = 'it did not stop within its grace time';
      forgetTimer = clock.after(graceMs, () => resolve({ outcome: 'threw', error }));
    };
    signal.addEventListener('abort', onStop);
    return {
      over: promise,
      forget() {
        signal.removeEventListener('abort', onStop);
        forgetTimer();
      },
    };
  }

  async #record(report: Report): Promise<void> {
    if (this.#stopReason === 'lease_lost') throw new LeaseLost(this.job.id);
    try {
      await this.#apply(this.#decide(report));
    } catch (thrown) {
      // The outcome's own `commit` failed, and nothing of it happened: a failed attempt.
      await this.#apply(this.#decide(this.#reportThrown(thrown)));
    }
  }

  #decide(report: Report): Decision {
    const { clock, chance } = this.#parts;
    const delayMs = backoffMs(this.job.attempts, chance);
    return decide(this.job, report, this.#stopReason, clock.nowMs(), delayMs);
  }

  async #apply(decision: Decision): Promise<void> {
    const { queue } = this.#parts;
    if ('end' in decision) await queue.finish(this.job, decision.end);
    else await queue.giveBack(this.job, decision.again);
  }
}
