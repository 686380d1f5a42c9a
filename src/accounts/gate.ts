import { Fault } from '../lib/fault';

export interface Gate {
  /** Throws Fault `rate_limited` at once when too many wait already. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** Lets `width` works run at once and `queueLimit` more wait, first come, first served. */
export function createGate(limits: {
  width: number;
  queueLimit: number;
  retryAfterSeconds: number;
}): Gate {
  const waiting: (() => void)[] = [];
  let running = 0;

  function enter(): Promise<void> | undefined {
    if (running < limits.width) {
      running += 1;
      return undefined;
    }
    if (waiting.length >= limits.queueLimit) {
      throw new Fault('rate_limited', 'too many are signing in just now: try again shortly', {
        retryAfterSeconds: limits.retryAfterSeconds,
      });
    }
    return new Promise((resolve) => waiting.push(resolve));
  }

  /** The place goes to who waits longest: it is never free in between. */
  function leave(): void {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }

  return {
    async run(work) {
      await enter();
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
