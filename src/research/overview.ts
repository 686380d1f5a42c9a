import type { Db } from '../db/database';
import {
  type OverviewFilter,
  type OverviewRow,
  overviewStore,
  type ResearchDay,
} from './store-overview';

export type { OverviewRow, ResearchDay };

/** Everybody's research, for an admin. */
export interface ResearchOverview {
  /** Newest first. */
  list(filter: OverviewFilter): Promise<OverviewRow[]>;
  /** Days on which anything was accepted, oldest first. */
  days(sinceMs: number): Promise<ResearchDay[]>;
  /** How many jobs a user has had. */
  jobsOf(userId: string): Promise<number>;
}

export function createResearchOverview({ db }: { db: Db }): ResearchOverview {
  const { read } = db.bind(overviewStore);
  return {
    list: (filter) => read.list(filter),
    days: (sinceMs) => read.days(sinceMs),
    jobsOf: (userId) => read.jobsOf(userId),
  };
}
