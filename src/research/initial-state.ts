import type { ResearchState } from './types';

/** Of a job that no wave has been committed of. */
export const initialState: ResearchState = {
  plan: null,
  waveCount: 0,
  sources: [],
  findings: [],
  gaps: [],
  searches: [],
  unreadable: [],
  unreadCount: 0,
  followUps: [],
  stopReason: null,
  brief: null,
  typed: null,
};
