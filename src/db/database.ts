import { assert } from '../lib/assert';
import { type Connection, openConnection } from './client';
import { GroupCommit, type Transaction } from './write';

// biome-ignore lint/suspicious/noExplicitAny: a store's functions take whatever they declare
type StoreFunctions = Record<string, (...args: any[]) => Promise<unknown>>;

/** The statements of one feature, prepared once on each connection. */
export interface Bound<Store> {
  /** Sees committed state only. */
  read: Store;
  /** Sees and changes the state of a running `db.write` body, and works only while it runs. */
  within(tx: Transaction): Store;
}

/** One SQLite file: one writer connection, and a reader beside it. */
export interface Db {
  readonly path: string;
  /** The only way to write: see {@link GroupCommit}. */
  write<T>(body: (tx: Transaction) => Promise<T>): Promise<T>;
  bind<Store extends object>(build: (connection: Connection) => Store): Bound<Store>;
  /** A number that another process changes by committing, and this one by nothing. */
  othersVersion(): Promise<number>;
  close(): Promise<void>;
}

export function openDatabase(path: string): Db {
  const writer = openConnection(path, 'writer');
  const reader = openConnection(path, 'reader');
  const commits = new GroupCommit(writer);
  const version = writer.prepare<{ data_version: number }>('PRAGMA data_version');
  return {
    path,
    write: (body) => commits.write(body),
    bind(build) {
      // Statements are prepared at their first use: a command needs few of them, and starts fast.
      let read: ReturnType<typeof build> | undefined;
      let within: ((tx: Transaction) => ReturnType<typeof build>) | undefined;
      return {
        get read() {
          read ??= build(reader);
          return read;
        },
        within(tx) {
          within ??= guarded(build(writer), commits);
          return within(tx);
        },
      };
    },
    async othersVersion() {
      const row = await version.get({});
      assert(row, 'a database has a version');
      return row.data_version;
    },
    async close() {
      await commits.close();
      reader.close();
      writer.close();
    },
  };
}

/** Wraps every function of a store once, so that binding it to a transaction is one allocation. */
function guarded<Store extends object>(
  store: Store,
  commits: GroupCommit,
): (tx: Transaction) => Store {
  class Guarded {
    tx: Transaction;
    constructor(tx: Transaction) {
      this.tx = tx;
    }
  }
  for (const [name, call] of Object.entries(store as StoreFunctions)) {
    Object.defineProperty(Guarded.prototype, name, {
      value(this: Guarded, ...args: unknown[]) {
        assert(commits.isActive(this.tx), `${name} runs outside its transaction`);
        return call(...args);
      },
    });
  }
  return (tx) => new Guarded(tx) as unknown as Store;
}
