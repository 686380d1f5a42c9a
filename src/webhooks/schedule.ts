import type { Chance } from '../lib/ids';

/** The pauses double from the first to the longest: 19 tries in about three days. */
export const MAX_TRIES = 19;
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 8 * 3_600_000;
/** Either way, so that what failed together does not come back together. */
const JITTER = 0.2;

/**
 * How long to wait after the nth try. A receiver that names a time is not asked before it, up to the
 * longest pause: so even one that always asks for more gets every try.
 */
export function pauseMs(tries: number, chance: Chance, retryAfterSeconds = 0): number {
  const middleMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1));
  const spread = chance.fraction();
  const backoffMs = middleMs * (1 - JITTER + 2 * JITTER * spread);
  const askedMs = Math.min(LONGEST_PAUSE_MS, retryAfterSeconds * 1_000) * (1 + JITTER * spread);
  return Math.round(Math.max(backoffMs, askedMs));
}
