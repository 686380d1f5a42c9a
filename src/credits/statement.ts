import type { Db } from '../db/database';
import { type StatementLine, statementStore } from './store-statement';

export type { StatementLine };

/** The ledger as figures for people: a user's account with its running balance, and the totals. */
export interface Statements {
  /** Newest first. */
  ofUser(userId: string, page: { limit: number; offset: number }): Promise<StatementLine[]>;
  /** What all users own: available, and held for running jobs. */
  outstandingMicros(): Promise<number>;
  /** What was sold since then. */
  soldMicros(sinceMs: number): Promise<number>;
}

export function createStatements({ db }: { db: Db }): Statements {
  const { read } = db.bind(statementStore);
  return {
    ofUser: (userId, { limit, offset }) => read.lines(userId, limit, offset),
    outstandingMicros: () => read.outstandingMicros(),
    soldMicros: (sinceMs) => read.soldMicros(sinceMs),
  };
}
