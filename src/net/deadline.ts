import type { Clock } from '../lib/clock';
import { FetchFault } from './fetch-fault';

/** One limit of time over many steps, joined with the caller's own signal. */
export interface Deadline {
  /** Aborted with the error to throw: a FetchFault for the time, the caller's reason for theirs. */
  readonly signal: AbortSignal;
  /** Frees the timer. */
  clear(): void;
}

export function startDeadline(
  clock: Clock,
  timeoutMs: number,
  host: string,
  caller?: AbortSignal,
): Deadline {
  const timer = new AbortController();
  const clear = clock.after(timeoutMs, () => {
    timer.abort(
      new FetchFault('timeout', `${host} did not answer in full within ${timeoutMs / 1000} s.`),
    );
  });
  const signal = caller === undefined ? timer.signal : AbortSignal.any([timer.signal, caller]);
  return { signal, clear };
}

/** The work's result, or the signal's reason as soon as it is aborted. The work itself goes on if
 * it cannot be stopped, and whatever becomes of it then is dropped. */
export function beforeAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
