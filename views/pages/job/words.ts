import type { JobState } from '../../../src/jobs/types';
import { formatCredits } from '../../../src/lib/money';
import type { FindingStatus } from '../../../src/research/types';

export const STATE_WORDS: Record<JobState, string> = {
  queued: 'waiting',
  running: 'running',
  done: 'done',
  failed: 'failed',
  canceled: 'canceled',
};

/** In the order in which a reader wants them. */
export const VERDICT_WORDS: Record<FindingStatus, string> = {
  established: 'Established by independent sources',
  reported: 'Reported by one source',
  contested: 'Contested: sources disagree',
  unverified: 'Unverified',
  NEI: 'Not enough evidence',
};

export function isOver(state: JobState): boolean {
  return state !== 'queued' && state !== 'running';
}

/** What a job has cost, or what is set aside for it. */
export function chargeText(job: {
  state: JobState;
  chargedMicros: number;
  heldMicros?: number;
}): string {
  if (isOver(job.state)) return `${formatCredits(job.chargedMicros)} credits`;
  return job.heldMicros === undefined ? '' : `at most ${formatCredits(job.heldMicros)} credits`;
}

export function jobPath(id: string): string {
  return `/app/jobs/${id}`;
}

/** Where a quote stands, marked, in the text of its source. */
export function quotePath(jobId: string, quote: { source: number; start: number }): string {
  return `${jobPath(jobId)}/sources/${quote.source}#quote-${quote.start}`;
}
