import { openDatabase } from '../../../src/db/database';
import type { Transaction } from '../../../src/db/write';
import { createQueue, type Queue } from '../../../src/jobs/queue';
import { createRunner, type Runner } from '../../../src/jobs/runner';
import { createSqliteEngine } from '../../../src/jobs/sqlite/engine';
import type {
  Job,
  JobEngine,
  JobHandler,
  JobOutcome,
  JobRun,
  NewJob,
} from '../../../src/jobs/types';
import type { Chance } from '../../../src/lib/ids';
import { ManualClock } from '../../support/clock';
import { openTestDatabase } from '../../support/database';
import { silentLog } from '../../support/log';
import { createMemoryEngine } from '../../support/memory-engine';

export const LEASE_MS = 30_000;
export const GRACE_MS = 5_000;

export interface Opened {
  engine: JobEngine;
  /** The same jobs, as another process has them open. */
  another: JobEngine;
  close(): Promise<void>;
}

export type OpenEngine = () => Promise<Opened>;

export const engines: Record<string, OpenEngine> = {
  async SQLite() {
    const { db, path, close } = await openTestDatabase();
    const second = openDatabase(path);
    return {
      engine: createSqliteEngine(db),
      another: createSqliteEngine(second),
      async close() {
        await second.close();
        await close();
      },
    };
  },
  async memory() {
    const engine = createMemoryEngine();
    return { engine, another: engine, async close() {} };
  },
};

/** One process: a queue and what its handler is told and says. */
export interface Process {
  engine: JobEngine;
  queue: Queue;
  runner: Runner;
  /** Ids in the order in which the handler got them. */
  started: string[];
  /** Jobs that the queue itself ended, as the hook saw them. */
  ended: Job[];
}

export interface World {
  clock: ManualClock;
  here: Process;
  there: Process;
  /** Enqueues a job of kind `work` with ids that rise. */
  add(change?: Partial<NewJob>): Promise<Job>;
  close(): Promise<void>;
}

export type Perform = (run: JobRun) => Promise<JobOutcome>;

/** The handler of a world does `perform`; ids and time are the test's own. */
export async function openWorld(
  open: OpenEngine,
  perform: Perform = async () => ({ outcome: 'done' }),
  options: { concurrency?: number; ended?: (tx: Transaction, job: Job) => Promise<void> } = {},
): Promise<World> {
  const clock = new ManualClock();
  const opened = await open();
  const process = (engine: JobEngine): Process => {
    const queue = createQueue({ engine, clock, log: silentLog });
    const started: string[] = [];
    const ended: Job[] = [];
    const handler: JobHandler = {
      kind: 'work',
      concurrency: options.concurrency ?? 4,
      perform(run) {
        started.push(run.job.id);
        return perform(run);
      },
      async ended(tx, job) {
        await options.ended?.(tx, job);
        ended.push(job);
      },
    };
    const parts = { clock, chance, log: silentLog, leaseMs: LEASE_MS, graceMs: GRACE_MS };
    const runner = createRunner({ ...parts, queue, engine, handlers: [handler] });
    return { engine, queue, runner, started, ended };
  };
  const here = process(opened.engine);
  const there = process(opened.another);
  let last = 0;
  return {
    clock,
    here,
    there,
    async add(change = {}) {
      last += 1;
      const newJob = { id: idOf(last), kind: 'work', userId: 'ann', cost: 1, ...change };
      return (await here.engine.write((tx) => here.queue.enqueue(tx, newJob))).job;
    },
    async close() {
      const stopped = Promise.all([here.runner.stop(), there.runner.stop()]);
      await turns();
      clock.advance(GRACE_MS);
      await stopped;
      await opened.close();
    },
  };
}

export const idOf = (number: number) => `job-${String(number).padStart(6, '0')}`;

export const chance: Chance = {
  id: () => Bun.randomUUIDv7(),
  bytes: (length) => new Uint8Array(length),
  fraction: () => 0.5,
};

/** Lets everything happen that waits for no clock. */
export async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 5_000; turn += 1) {
    if (await holds()) return;
    await turns(1);
  }
  throw new Error('it never came true');
}

/** A handler that waits for its signal. */
export function aborted(run: JobRun): Promise<void> {
  return new Promise((resolve) => run.signal.addEventListener('abort', () => resolve()));
}
