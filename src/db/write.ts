import { AssertionError, assert } from '../lib/assert';
import type { Connection } from './client';

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
  #queue: Pending[] = [];
  #scheduled = false;
  #running = false;
  #active: Transaction | undefined;
  #closed = false;
  #idle: (() => void)[] = [];

  constructor(connection: Connection) {
    this.#connection = connection;
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
    if (this.#running || this.#queue.length > 0) {
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
    try {
      this.#connection.exec('BEGIN IMMEDIATE');
      for (const pending of group) outcomes.push(await this.#runOne(pending.body, callbacks));
      this.#connection.exec('COMMIT');
    } catch (reason) {
      this.#rollback();
      outcomes.length = 0;
      callbacks.length = 0;
      for (const _ of group) outcomes.push({ ok: false, reason });
    }
    this.#running = false;
    if (this.#queue.length > 0) this.#schedule();
    for (const callback of callbacks) callback();
    settle(group, outcomes);
    if (this.#queue.length === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  async #runOne(body: Body<unknown>, callbacks: (() => void)[]): Promise<Outcome> {
    const tx = new GroupTransaction();
    this.#connection.exec('SAVEPOINT body');
    this.#active = tx;
    const outcome = await firstOf(body, tx);
    this.#active = undefined;
    if (outcome.ok) callbacks.push(...tx.callbacks);
    else this.#connection.exec('ROLLBACK TO body');
    this.#connection.exec('RELEASE body');
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
 * Runs a body to its end, or to the first macrotask. Store calls need microtasks only, so a
 * macrotask that comes first proves that the body awaits something foreign (a fetch, a timer):
 * it would hold the only writer for as long as that takes.
 */
function firstOf(body: Body<unknown>, tx: Transaction): Promise<Outcome> {
  return new Promise<Outcome>((resolve) => {
    const watch = setImmediate(() =>
      resolve({
        ok: false,
        reason: new AssertionError('a write body awaits store calls and nothing else'),
      }),
    );
    const end = (outcome: Outcome) => {
      clearImmediate(watch);
      resolve(outcome);
    };
    try {
      body(tx).then(
        (value) => end({ ok: true, value }),
        (reason: unknown) => end({ ok: false, reason }),
      );
    } catch (reason) {
      end({ ok: false, reason });
    }
  });
}
