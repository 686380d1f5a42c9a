import type { Clock } from '../lib/clock';
import type { Chance } from '../lib/ids';
import { FetchFault } from './fetch-fault';

export interface RetryDeps {
  clock: Clock;
  chance: Chance;
}

/** A host that asks for a longer wait than this is not asked again: the work goes on without it. */
const MAX_RETRY_AFTER_SECONDS = 2;
const PAUSE_MS = 250;
const JITTER_MS = 250;

/** Tries once more after a failure that may pass: a broken connection, a time out, 429 or 5xx. */
export async function withOneRetry<T>(
  attempt: () => Promise<T>,
  signal: AbortSignal,
  { clock, chance }: RetryDeps,
): Promise<T> {
  try {
    return await attempt();
  } catch (thrown) {
    const pauseMs = pauseBeforeRetryMs(thrown);
    if (pauseMs === null || signal.aborted) throw thrown;
    await pause(clock, pauseMs + chance.fraction() * JITTER_MS, signal);
    return await attempt();
  }
}

/** Null when trying again makes no sense. */
export function pauseBeforeRetryMs(thrown: unknown): number | null {
  if (!(thrown instanceof FetchFault) || !mayPass(thrown)) return null;
  if (thrown.retryAfterSeconds === undefined) return PAUSE_MS;
  return thrown.retryAfterSeconds > MAX_RETRY_AFTER_SECONDS
    ? null
    : thrown.retryAfterSeconds * 1000;
}

function mayPass({ reason, status }: FetchFault): boolean {
  if (reason === 'status') return status === 429 || (status !== null && status >= 500);
  return reason === 'timeout' || reason === 'connection';
}

/** Rejects with the signal's reason when that comes first. */
export function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      cancel();
      reject(signal.reason);
    };
    const cancel = clock.after(delayMs, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
