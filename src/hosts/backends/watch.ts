import type { Clock } from '../../lib/clock';
import { passing } from './fault';

export interface PatienceLimits {
  /** Until the first sign of the answer: the model may have to be loaded first. */
  firstTokenMs: number;
  /** Between two signs of it. */
  stallMs: number;
}

/** Aborts what does not move. */
export interface Watch {
  readonly signal: AbortSignal;
  /** Something of the answer came. */
  beat(): void;
  /** Ends it, and the request with it. */
  close(): void;
}

/** The timer is not set anew for every token: when it fires it looks how long ago the last one came. */
export function startWatch(clock: Clock, limits: PatienceLimits, caller: AbortSignal): Watch {
  const own = new AbortController();
  let limitMs = limits.firstTokenMs;
  let lastMs = clock.nowMs();
  let cancel = () => {};
  const arm = (delayMs: number) => {
    cancel = clock.after(delayMs, () => {
      const quietMs = clock.nowMs() - lastMs;
      if (quietMs < limitMs) return arm(limitMs - quietMs);
      const what = limitMs === limits.firstTokenMs ? 'did not begin' : 'did not go on';
      own.abort(passing(`The backend ${what} with its answer within ${limitMs / 1000} s.`));
    });
  };
  arm(limitMs);
  return {
    signal: AbortSignal.any([own.signal, caller]),
    beat() {
      lastMs = clock.nowMs();
      if (limitMs === limits.stallMs) return;
      limitMs = limits.stallMs;
      cancel();
      arm(limitMs);
    },
    close() {
      cancel();
      own.abort(new Error('the answer was read'));
    },
  };
}
