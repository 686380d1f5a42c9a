import type { Job } from '../jobs/types';
import { initialState } from './initial-state';
import type { ResearchRow } from './store';
import type { ResearchState } from './types';

/** Everything known of a job; a presenter puts it in its dialect's words. */
export interface ResearchView {
  job: Job;
  row: ResearchRow;
  state: ResearchState;
}

export function viewOf(job: Job, row: ResearchRow): ResearchView {
  const state = row.checkpoint ? (JSON.parse(row.checkpoint) as ResearchState) : initialState;
  return { job, row, state };
}
