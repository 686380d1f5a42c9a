import { assert } from '../lib/assert';
import { Claimer } from './claimer';
import { Execution, type ExecutionParts } from './execution';
import type { Job, JobHandler } from './types';

/** Finds what other processes enqueued and abandoned, and what has become due by itself. */
const POLL_MS = 1_000;

export interface Runner {
  /** Begins to take jobs of the handlers' kinds. */
  start(): void;
  /**
   * What SIGTERM asks for: takes no more jobs, tells the running ones to stop, and gives them the
   * grace time. Resolves when each has ended, or is queued again without a lost attempt, so that the
   * next start takes it at once. A stopped runner stays stopped.
   */
  stop(): Promise<void>;
  /**
   * Performs a job that this process has claimed, started or not, and answers what became of it.
   * One attempt only: a job that must end here is enqueued with `maxAttempts` 1.
   */
  perform(job: Job): Promise<Job>;
}

export function createRunner(parts: ExecutionParts & { handlers: JobHandler[] }): Runner {
  return new PollingRunner(parts);
}

class PollingRunner implements Runner {
  #parts: ExecutionParts;
  #handlers = new Map<string, JobHandler>();
  #claimers: Claimer[] = [];
  #executions = new Map<Execution, Promise<void>>();
  #state: 'idle' | 'started' | 'stopped' = 'idle';
  #undo: (() => void)[] = [];
  #forgetPoll = () => {};
  #polling: Promise<void> | undefined;

  constructor(parts: ExecutionParts & { handlers: JobHandler[] }) {
    this.#parts = parts;
    const { queue, leaseMs, log } = parts;
    for (const handler of parts.handlers) {
      const perform = (job: Job) => this.#execute(handler, job);
      queue.onEnded(handler.kind, (tx, job) => handler.ended(tx, job));
      this.#handlers.set(handler.kind, handler);
      this.#claimers.push(new Claimer({ queue, handler, leaseMs, log, perform }));
    }
  }

  start(): void {
    assert(this.#state === 'idle', 'a runner starts once');
    this.#state = 'started';
    for (const claimer of this.#claimers) {
      this.#undo.push(this.#parts.queue.onReady(claimer.kind, () => claimer.wake()));
    }
    this.#startPoll();
  }

  async stop(): Promise<void> {
    this.#state = 'stopped';
    this.#forgetPoll();
    for (const undo of this.#undo.splice(0)) undo();
    for (const execution of this.#executions.keys()) execution.stop('shutdown');
    await this.#polling;
    await Promise.all(this.#claimers.map((claimer) => claimer.stop()));
    await Promise.all(this.#executions.values());
  }

  async perform(job: Job): Promise<Job> {
    const handler = this.#handlers.get(job.kind);
    assert(handler, `there is a handler for jobs of kind ${job.kind}`);
    await this.#execute(handler, job);
    const after = await this.#parts.queue.get(job.id);
    assert(after, 'a job stays in the table');
    return after;
  }

  async #execute(handler: JobHandler, job: Job): Promise<void> {
    const execution = new Execution(this.#parts, handler, job);
    if (this.#state === 'stopped') execution.stop('shutdown');
    const finished = execution.run();
    this.#executions.set(execution, finished);
    await finished;
    this.#executions.delete(execution);
  }

  #startPoll(): void {
    this.#polling = this.#poll();
  }

  async #poll(): Promise<void> {
    const { queue, clock, log } = this.#parts;
    try {
      await queue.reap(new Set([...this.#executions.keys()].map(({ job }) => job.id)));
      const due = await queue.dueKinds(this.#claimers.map(({ kind }) => kind));
      for (const claimer of this.#claimers) if (due.includes(claimer.kind)) claimer.wake();
    } catch (cause) {
      log.error('job.poll_failed', { cause });
    }
    if (this.#state !== 'started') return;
    this.#forgetPoll = clock.after(POLL_MS, () => this.#startPoll());
  }
}
