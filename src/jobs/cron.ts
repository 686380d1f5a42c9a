import { Cron as Expression } from 'croner';
import type { Transaction } from '../db/write';
import { assert } from '../lib/assert';
import type { Clock } from '../lib/clock';
import type { Chance } from '../lib/ids';
import type { Log } from '../lib/log';
import type { Queue } from './queue';
import type { CronRow, JobEngine } from './types';

export interface CronEntry {
  name: string;
  /** Five fields (minute, hour, day, month, weekday) or six with seconds first; UTC. */
  expression: string;
  /** The job that is enqueued when it is due: no payload, and `userId` is `system`. */
  kind: string;
}

/** Whose jobs the ones of the timetable are, in the fair queue. */
const CRON_USER = 'system';

/** A timer is never longer, so that a clock that was set is followed. */
const LONGEST_WAIT_MS = 60_000;

export interface Cron {
  start(): Promise<void>;
  stop(): Promise<void>;
}

interface CronParts {
  engine: JobEngine;
  queue: Queue;
  clock: Clock;
  chance: Chance;
  log: Log;
  entries: CronEntry[];
}

/**
 * A timetable in the file: each due time enqueues one job, however many processes look at it, and
 * the runs that were missed while none did collapse into one. Throws on an invalid expression.
 */
export function createCron(parts: CronParts): Cron {
  return new Timetable(parts);
}

class Timetable implements Cron {
  #parts: CronParts;
  #expressions: Map<string, Expression>;
  #running = false;
  #forgetTimer = () => {};
  #ticking: Promise<void> | undefined;

  constructor(parts: CronParts) {
    this.#parts = parts;
    this.#expressions = new Map(
      parts.entries.map(({ name, expression }) => [
        name,
        new Expression(expression, { timezone: 'UTC', paused: true }),
      ]),
    );
    assert(this.#expressions.size === parts.entries.length, 'a cron name is used once');
  }

  async start(): Promise<void> {
    assert(!this.#running, 'cron starts once');
    this.#running = true;
    await this.#parts.engine.write((tx) => this.#enter(tx));
    await this.#startTick();
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#forgetTimer();
    await this.#ticking;
  }

  /** A due time that is there already stays, even if it is long past: that run was missed. */
  async #enter(tx: Transaction): Promise<void> {
    const { engine, clock, entries } = this.#parts;
    const store = engine.jobs.within(tx);
    const known = new Map((await store.cron()).map((row) => [row.name, row]));
    for (const { name, expression } of entries) {
      if (known.get(name)?.expression === expression) continue;
      await store.putCron({ name, expression, dueMs: this.#next(name, clock.nowMs()) });
    }
  }

  #startTick(): Promise<void> {
    this.#ticking = this.#tick();
    return this.#ticking;
  }

  async #tick(): Promise<void> {
    const { clock, log } = this.#parts;
    let waitMs = LONGEST_WAIT_MS;
    try {
      await this.#enqueueDue();
      const rows = await this.#rows();
      const waits = rows.map((row) => Math.max(0, row.dueMs - clock.nowMs()));
      waitMs = Math.min(LONGEST_WAIT_MS, ...waits);
    } catch (cause) {
      log.error('cron.tick_failed', { cause });
    }
    if (this.#running) this.#forgetTimer = clock.after(waitMs, () => void this.#startTick());
  }

  async #enqueueDue(): Promise<void> {
    const { engine, clock } = this.#parts;
    const rows = await this.#rows();
    for (const row of rows) {
      if (row.dueMs <= clock.nowMs()) await engine.write((tx) => this.#enqueue(tx, row));
    }
  }

  /** Moving the due time on and enqueuing are one write: who does not move it does not enqueue. */
  async #enqueue(tx: Transaction, { name, dueMs }: CronRow): Promise<void> {
    const { engine, queue, clock, chance, entries } = this.#parts;
    const nextMs = this.#next(name, clock.nowMs());
    if (!(await engine.jobs.within(tx).advanceCron(name, dueMs, nextMs))) return;
    const entry = entries.find((candidate) => candidate.name === name);
    assert(entry, 'only entries are enqueued');
    await queue.enqueue(tx, { id: chance.id(), kind: entry.kind, userId: CRON_USER, cost: 1 });
  }

  async #rows(): Promise<CronRow[]> {
    const rows = await this.#parts.engine.jobs.read.cron();
    return rows.filter((row) => this.#expressions.has(row.name));
  }

  #next(name: string, afterMs: number): number {
    const next = this.#expressions.get(name)?.nextRun(new Date(afterMs));
    assert(next, `the cron expression of ${name} has a next time`);
    return next.getTime();
  }
}
