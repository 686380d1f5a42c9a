import type { Again, Ending, Job, JobOutcome, JobState, StopReason } from './types';

export function hasEnded(state: JobState): boolean {
  return state !== 'queued' && state !== 'running';
}

/** What came of one attempt: the handler's word, or the public sentence of what it threw. */
export type Report = JobOutcome | { outcome: 'threw'; error: string };

export type Decision = { end: Ending } | { again: Again };

/**
 * What becomes of a running job after an attempt. A handler that was told to stop and has nothing
 * better to say ends as the reason for the stop says; only a shutdown gives the attempt back.
 */
export function decide(
  job: Job,
  report: Report,
  stop: StopReason | undefined,
  nowMs: number,
  backoffMs: number,
): Decision {
  switch (report.outcome) {
    case 'done':
    case 'canceled':
      return { end: { state: report.outcome, error: null, by: 'handler', commit: report.commit } };
    case 'failed':
      return {
        end: { state: 'failed', error: report.error, by: 'handler', commit: report.commit },
      };
    case 'snooze':
      if (stop === 'canceled') return byQueue('canceled', null);
      return returned(job.attempts - 1, report.untilMs, null, false);
    case 'retry':
    case 'threw':
      break;
  }
  if (stop === 'canceled') return byQueue('canceled', null);
  if (stop === 'deadline') return byQueue('failed', DEADLINE_PASSED);
  if (stop === 'shutdown') return returned(job.attempts - 1, nowMs, null, true);
  if (job.attempts >= job.maxAttempts) return byQueue('failed', report.error);
  const delayMs = report.outcome === 'retry' ? report.afterMs : backoffMs;
  return returned(job.attempts, nowMs + delayMs, report.error, false);
}

/** What becomes of a job that nobody works on any more; undefined when it may stay as it is.
 * `overdue` says why one that waits was not begun in time. */
export function decideExpired(
  job: Job,
  nowMs: number,
  overdue: (job: Job) => string = () => DEADLINE_PASSED,
): Decision | undefined {
  if (job.state === 'queued' && job.deadlineMs !== null && job.deadlineMs <= nowMs) {
    return byQueue('failed', overdue(job));
  }
  if (job.state !== 'running' || (job.leasedUntilMs ?? nowMs) > nowMs) return undefined;
  if (job.cancelRequestedMs !== null) return byQueue('canceled', null);
  if (job.attempts >= job.maxAttempts) return byQueue('failed', WORKER_LOST);
  return returned(job.attempts, nowMs, WORKER_LOST, true);
}

const DEADLINE_PASSED = 'the deadline passed';
const WORKER_LOST = 'the process that worked on it stopped answering';

function byQueue(state: 'failed' | 'canceled', error: string | null): Decision {
  return { end: { state, error, by: 'queue' } };
}

function returned(
  attempts: number,
  dueMs: number,
  error: string | null,
  keepsPlace: boolean,
): Decision {
  return { again: { attempts, dueMs, error, keepsPlace } };
}
