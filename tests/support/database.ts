import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrations } from '../../migrations/index';
import { type Db, openDatabase } from '../../src/db/database';
import { migrate } from '../../src/db/migrate';

export interface TestDatabase {
  db: Db;
  path: string;
  /** Closes the connections and removes the folder. */
  close(): Promise<void>;
}

/** A real, migrated SQLite file in a folder of its own. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'sonde-test-'));
  const path = join(folder, 'sonde.db');
  migrate(path, migrations);
  const db = openDatabase(path);
  return {
    db,
    path,
    async close() {
      await db.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
