import { Database } from 'bun:sqlite';
import { existsSync, rmSync } from 'node:fs';
import { assert } from '../lib/assert';
import { Fault } from '../lib/fault';

export interface Migration {
  /** As the file is called, without its ending: `0001_accounts`. */
  name: string;
  sql: string;
}

export interface MigrationOutcome {
  applied: string[];
  /** Where the copy lies that was made before the first change; absent for a new database. */
  backupPath: string | undefined;
}

/**
 * Brings the database file to the newest schema, all pending migrations in one transaction.
 * `PRAGMA user_version` counts those applied. Throws a Fault when the file is newer than `migrations`.
 */
export function migrate(path: string, migrations: Migration[]): MigrationOutcome {
  assertNumbered(migrations);
  const isNew = !existsSync(path);
  const database = new Database(path, { create: true, readwrite: true });
  try {
    database.exec(
      'PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL',
    );
    const version = versionOf(database);
    if (version > migrations.length) {
      throw new Fault(
        'conflict',
        `the database ${path} has schema version ${version}, newer than this binary's ${migrations.length}: run a newer sonde, or restore a backup from beside the file`,
      );
    }
    if (version === migrations.length) return { applied: [], backupPath: undefined };
    const backupPath = isNew || version === 0 ? undefined : `${path}.before-v${migrations.length}`;
    if (backupPath) backUp(database, backupPath);
    return { applied: applyPending(database, migrations), backupPath };
  } finally {
    database.close();
  }
}

function applyPending(database: Database, migrations: Migration[]): string[] {
  database.exec('BEGIN IMMEDIATE');
  try {
    // Read again under the lock: another process may have migrated while this one waited for it.
    const pending = migrations.slice(versionOf(database));
    for (const migration of pending) database.exec(migration.sql);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
    database.exec('COMMIT');
    return pending.map((migration) => migration.name);
  } catch (cause) {
    database.exec('ROLLBACK');
    throw cause;
  }
}

/** `VACUUM INTO` makes a consistent copy under load and wants a free name: an older copy is stale. */
function backUp(database: Database, backupPath: string): void {
  rmSync(backupPath, { force: true });
  database.prepare('VACUUM INTO ?').run(backupPath);
}

function versionOf(database: Database): number {
  const row = database.query<{ user_version: number }, []>('PRAGMA user_version').get();
  assert(row, 'SQLite answers PRAGMA user_version');
  return row.user_version;
}

function assertNumbered(migrations: Migration[]): void {
  for (const [index, { name }] of migrations.entries()) {
    assert(
      name.startsWith(`${String(index + 1).padStart(4, '0')}_`),
      `migration ${name} is in order`,
    );
  }
}
