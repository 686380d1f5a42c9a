import type { Connection } from '../../db/client';
import type { Db } from '../../db/database';
import type { JobEngine, JobStore } from '../types';
import { claimStatements } from './claims';
import { cronStatements } from './cron';
import { eventStatements } from './events';
import { rowStatements } from './rows';

/** The queue's engine over the one SQLite file: jobs share its group commits with the features. */
export function createSqliteEngine(db: Db): JobEngine {
  return { write: (body) => db.write(body), jobs: db.bind(createStore) };
}

function createStore(connection: Connection): JobStore {
  return {
    ...rowStatements(connection),
    ...claimStatements(connection),
    ...eventStatements(connection),
    ...cronStatements(connection),
  };
}
