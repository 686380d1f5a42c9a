import type { Chance } from '../lib/ids';

const FIRST_MS = 1_000;
const LONGEST_MS = 10 * 60_000;

/** Doubles with each attempt; half of it is chance, so that jobs that failed together do not come
 * back together (equal jitter: Brooker, "Exponential Backoff and Jitter", 2015). */
export function backoffMs(attempts: number, chance: Chance): number {
  const ceilingMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, attempts - 1));
  return Math.round(ceilingMs / 2 + (ceilingMs / 2) * chance.fraction());
}
