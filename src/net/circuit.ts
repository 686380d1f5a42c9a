import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import type { Chance } from '../lib/ids';

/**
 * The circuit breaker of one service that others run (Michael Nygard, "Release It!", 2007). Closed,
 * it lets every call through. So many failures in a row open it: then nothing is asked until a pause
 * is over, which doubles each time. Half open, one call is let through, and what becomes of it closes
 * or opens the circuit. A service that says how long it wants to be left alone is left alone so long.
 */
export interface Circuit {
  readonly state: 'closed' | 'open' | 'half_open';
  /** Throws Fault `unavailable`, without calling, while the circuit is open. */
  run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

export interface CircuitDeps {
  clock: Clock;
  chance: Chance;
  /** Of the service, as people call it. */
  title: string;
  /** False for what is no fault of the service: a bad request, say. */
  isFailure(thrown: unknown): boolean;
}

const FAILURES_TO_OPEN = 5;
const FIRST_PAUSE_MS = 15_000;
const LONGEST_PAUSE_MS = 15 * 60_000;
/** Of the pause, at most: so that many processes do not come back at once. */
const JITTER = 0.2;

export function createCircuit(deps: CircuitDeps): Circuit {
  const { clock, chance } = deps;
  let failureCount = 0;
  /** How often in a row it has opened. */
  let openingCount = 0;
  let openUntilMs: number | null = null;
  let isProbing = false;

  function isClosed(): boolean {
    return openUntilMs === null;
  }

  function open(thrown: unknown): void {
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** openingCount, LONGEST_PAUSE_MS);
    const wantedMs = retryAfterMs(thrown) ?? 0;
    const waitMs = Math.max(pauseMs * (1 + JITTER * chance.fraction()), wantedMs);
    openingCount += 1;
    openUntilMs = clock.nowMs() + waitMs;
  }

  function close(): void {
    failureCount = 0;
    openingCount = 0;
    openUntilMs = null;
  }

  /** `isProbe` calls decide; a call from before the circuit opened tells nothing new. */
  function ended(isProbe: boolean, thrown: unknown): void {
    if (!isProbe && !isClosed()) return;
    failureCount += 1;
    const isEnough = failureCount >= FAILURES_TO_OPEN || retryAfterMs(thrown) !== null;
    if (isProbe || isEnough) open(thrown);
  }

  return {
    get state() {
      if (openUntilMs === null) return 'closed';
      return clock.nowMs() < openUntilMs ? 'open' : 'half_open';
    },
    async run(work, signal) {
      signal.throwIfAborted();
      const isProbe = openUntilMs !== null;
      if (openUntilMs !== null && (isProbing || clock.nowMs() < openUntilMs)) {
        throw leftAlone(deps.title, openUntilMs - clock.nowMs());
      }
      if (isProbe) isProbing = true;
      try {
        const result = await work();
        if (isProbe || isClosed()) close();
        return result;
      } catch (thrown) {
        const isAborted = signal.aborted && thrown === signal.reason;
        if (!isAborted && deps.isFailure(thrown)) ended(isProbe, thrown);
        throw thrown;
      } finally {
        if (isProbe) isProbing = false;
      }
    },
  };
}

function retryAfterMs(thrown: unknown): number | null {
  const seconds = thrown instanceof Fault ? thrown.retryAfterSeconds : undefined;
  return seconds === undefined ? null : seconds * 1_000;
}

function leftAlone(title: string, waitMs: number): Fault {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1_000));
  return new Fault(
    'unavailable',
    `${title} has failed and is left alone for another ${retryAfterSeconds} s.`,
    { retryAfterSeconds },
  );
}
