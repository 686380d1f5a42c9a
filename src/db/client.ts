import { Database, type Statement } from 'bun:sqlite';
import { type BunSQLiteDatabase, drizzle } from 'drizzle-orm/bun-sqlite';

export type Bindings = Record<string, string | number | null | Uint8Array>;

/** A hand-written statement, prepared once. Asynchronous in its type, so that an engine that
 * answers over a socket can stand in its place. */
export interface Prepared<Row> {
  get(bindings?: Bindings): Promise<Row | undefined>;
  all(bindings?: Bindings): Promise<Row[]>;
  /** Resolves to the number of rows that the statement itself changed. */
  run(bindings?: Bindings): Promise<number>;
}

/** One SQLite connection, as the stores see it. */
export interface Connection {
  readonly drizzle: BunSQLiteDatabase;
  /** Bindings are named `:name` in the text and `name` in the object. */
  prepare<Row>(text: string): Prepared<Row>;
  exec(text: string): void;
  close(): void;
}

export type ConnectionRole = 'writer' | 'reader';

/** The page cache of one connection. Small on purpose: the operating system caches the file too. */
const CACHE_KIB: Record<ConnectionRole, number> = { writer: 16_384, reader: 8_192 };

/** Foreign keys are enforced on every connection. Recursive triggers make INSERT OR REPLACE fire the
 * delete triggers, which append-only tables rely on. */
export function openConnection(path: string, role: ConnectionRole): Connection {
  const database = new Database(path, { create: role === 'writer', readwrite: true, strict: true });
  database.exec(`
    PRAGMA busy_timeout = 10000;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA recursive_triggers = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -${CACHE_KIB[role]};
  `);
  if (role === 'reader') database.exec('PRAGMA query_only = ON');
  return connectionOver(database);
}

function connectionOver(database: Database): Connection {
  const statements: Statement[] = [];
  return {
    drizzle: drizzle(database),
    prepare<Row>(text: string): Prepared<Row> {
      const statement = database.prepare<Row, Bindings[]>(text);
      statements.push(statement);
      return {
        get: async (bindings = {}) => statement.get(bindings) ?? undefined,
        all: async (bindings = {}) => statement.all(bindings),
        run: async (bindings = {}) => statement.run(bindings).changes,
      };
    },
    exec: (text) => database.exec(text),
    close() {
      for (const statement of statements) statement.finalize();
      database.close();
    },
  };
}
