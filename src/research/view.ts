import type { Job } from '../jobs/types';
import type { ResearchRow } from './store';
import type { ResearchState } from './types';

/** Everything known of a job; a presenter puts it in its dialect's words. */
export interface ResearchView {
  job: Job;
  row: ResearchRow;
  state: ResearchState;
}
