import type { Log } from '../lib/log';
import type { Queue } from './queue';
import type { Job, JobHandler } from './types';

/** Keeps the slots of one kind filled: one claim at a time, for as many jobs as there is room. */
export class Claimer {
  readonly kind: string;
  #queue: Queue;
  #concurrency: number;
  #leaseMs: number;
  #log: Log;
  #perform: (job: Job) => Promise<void>;
  #running = 0;
  #stopped = false;
  #claiming: Promise<void> | undefined;
  /** Somebody said that there is work, and no claim since has come back with less than it asked. */
  #mayHaveMore = false;

  constructor(parts: {
    queue: Queue;
    handler: JobHandler;
    leaseMs: number;
    log: Log;
    perform: (job: Job) => Promise<void>;
  }) {
    this.kind = parts.handler.kind;
    this.#queue = parts.queue;
    this.#concurrency = parts.handler.concurrency;
    this.#leaseMs = parts.leaseMs;
    this.#log = parts.log;
    this.#perform = parts.perform;
  }

  /** There may be work: take it now, or when a slot is free. */
  wake(): void {
    this.#mayHaveMore = true;
    this.#fill();
  }

  /** Takes no more jobs. Those of a claim under way are passed on before this resolves. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#claiming;
  }

  #fill(): void {
    if (this.#claiming || this.#stopped) return;
    if (!this.#mayHaveMore || this.#running >= this.#concurrency) return;
    this.#claiming = this.#claim()
      .catch((cause: unknown) => this.#log.error('job.not_claimed', { kind: this.kind, cause }))
      .then(() => {
        this.#claiming = undefined;
        this.#fill();
      });
  }

  async #claim(): Promise<void> {
    const free = this.#concurrency - this.#running;
    this.#mayHaveMore = false;
    const jobs = await this.#queue.claim(this.kind, free, this.#leaseMs);
    if (jobs.length === free) this.#mayHaveMore = true;
    for (const job of jobs) void this.#start(job);
  }

  async #start(job: Job): Promise<void> {
    this.#running += 1;
    await this.#perform(job);
    this.#running -= 1;
    this.#fill();
  }
}
