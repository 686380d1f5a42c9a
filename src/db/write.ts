import { AssertionError, assert } from '../lib/assert';
import type { Connection, Prepared } from './client';

/**
 * The writer connection for the length of one body. Stores bound to a finished transaction
 * refuse to run, so a body that outlives its turn cannot write into somebody else's commit.
 */
export interface Transaction {
  /** Runs after the commit that holds this body's work, and not at all if the body fails. It tells
   * others (wakes a waiter); it must not throw. */
  afterCommit(callback: () => void): void;
}

type Body<T> = (tx: Transaction) => Promise<T>;

interface Pending {
  body: Body<unknown>;
  resolve(value: unknown): void;
  reject(reason: unknown): void;
}

type Outcome = { ok: true; value: unknown } | { ok: false; reason: unknown };

class GroupTransaction implements Transaction {
  readonly callbacks: (() => void)[] = [];
  afterCommit(callback: () => void): void {
    this.callbacks.push(callback);
  }
}

/**
 * Group commit. Bodies queued in one turn of the event loop run one after another, each in a
 * SAVEPOINT, inside one `BEGIN IMMEDIATE … COMMIT`. A promise resolves after the commit that
 * holds its work, or rejects alone with its savepoint rolled back. If the commit itself fails,
 * every body of the group rejects and none of them has happened.
 */
export class GroupCommit {
  #connection: Connection;
  #savepoint: Prepared<never>;
  #rollbackToSavepoint: Prepared<never>;
  #releaseSavepoint: Prepared<never>;
  #queue: Pending[] = [];
  #scheduled = false;
  #running = false;
  #active: Transaction | undefined;
  #closed = false;
  #idle: (() => void)[] = [];

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#savepoint = connection.prepare('SAVEPOINT body');
    this.#rollbackToSavepoint = connection.prepare('ROLLBACK TO body');
    this.#releaseSavepoint = connection.prepare('RELEASE body');
  }

  /** True while `tx` is the transaction whose body runs now. */
  isActive(tx: Transaction): boolean {
    return this.#active === tx;
  }

  write<T>(body: Body<T>): Promise<T> {
    assert(!this.#closed, 'no write after close');
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ body, resolve: resolve as (value: unknown) => void, reject });
      this.#schedule();
    });
  }

  /** Resolves when everything queued before and meanwhile is committed; no write is taken after. */
  async close(): Promise<void> {
    // Whoever a commit answers may write again before this wakes: look again each time.
    while (this.#running || this.#queue.length > 0) {
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
    this.#closed = true;
  }

  #schedule(): void {
    if (this.#scheduled || this.#running) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    const group = this.#queue;
    this.#queue = [];
    this.#running = true;
    const outcomes: Outcome[] = [];
    const callbacks: (() => void)[] = [];
    const watch = new MicrotaskWatch();
    try {
      this.#connection.exec('BEGIN IMMEDIATE');
      for (const pending of group)
        outcomes.push(await this.#runOne(pending.body, callbacks, watch));
      this.#connection.exec('COMMIT');
    } catch (reason) {
      this.#rollback();
      outcomes.length = 0;
      callbacks.length = 0;
      for (const _ of group) outcomes.push({ ok: false, reason });
    }
    watch.stop();
    this.#running = false;
    if (this.#queue.length > 0) this.#schedule();
    settle(group, outcomes);
    if (this.#queue.length === 0) for (const resolve of this.#idle.splice(0)) resolve();
    // Last, so that one that throws leaves no writer waiting. Promises answer after this turn.
    for (const callback of callbacks) callback();
  }

  async #runOne(
    body: Body<unknown>,
    callbacks: (() => void)[],
    watch: MicrotaskWatch,
  ): Promise<Outcome> {
    const tx = new GroupTransaction();
    await this.#savepoint.run();
    this.#active = tx;
    const outcome = await watch.firstOf(body, tx);
    this.#active = undefined;
    if (outcome.ok) callbacks.push(...tx.callbacks);
    else await this.#rollbackToSavepoint.run();
    await this.#releaseSavepoint.run();
    return outcome;
  }

  #rollback(): void {
    this.#active = undefined;
    try {
      this.#connection.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back already, as it does by itself after a full disk or an I/O error.
    }
  }
}

function settle(group: Pending[], outcomes: Outcome[]): void {
  for (const [index, pending] of group.entries()) {
    const outcome = outcomes[index];
    assert(outcome, 'every body of a group has an outcome');
    if (outcome.ok) pending.resolve(outcome.value);
    else pending.reject(outcome.reason);
  }
}

/**
 * Runs each body of a group to its end, or to the moment when no microtask is left to run. Store
 * calls need microtasks only, so that moment proves that the running body awaits something foreign
 * (a fetch, a timer): it would hold the only writer for as long as that takes. `nextTick`, called
 * from a microtask, calls back exactly then, before any timer or I/O can answer the body. Good
 * bodies never let the moment come, so one call watches all of a group up to the first bad one.
 */
class MicrotaskWatch {
  #running: ((outcome: Outcome) => void) | undefined;
  #armed = false;

  /** Must be called from a microtask: ticks that are set elsewhere may come before microtasks. */
  firstOf(body: Body<unknown>, tx: Transaction): Promise<Outcome> {
    if (!this.#armed) process.nextTick(this.#expire);
    this.#armed = true;
    return new Promise<Outcome>((resolve) => {
      this.#running = resolve;
      try {
        body(tx).then(
          (value) => resolve({ ok: true, value }),
          (reason: unknown) => resolve({ ok: false, reason }),
        );
      } catch (reason) {
        resolve({ ok: false, reason });
      }
    });
  }

  stop(): void {
    this.#running = undefined;
  }

  #expire = (): void => {
    this.#armed = false;
    this.#running?.({
      ok: false,
      reason: new AssertionError('a write body awaits store calls and nothing else'),
    });
  };
}
