import type { Chance } from '../../lib/ids';

/** Pauses that double, half of each by chance (equal jitter: Brooker, "Exponential Backoff and
 * Jitter", 2015), so that hosts that lost a server together do not come back together. */
export class Backoff {
  readonly #chance: Chance;
  readonly #longestMs: number;
  #failures = 0;

  constructor(chance: Chance, longestMs: number) {
    this.#chance = chance;
    this.#longestMs = longestMs;
  }

  nextMs(): number {
    const ceilingMs = Math.min(this.#longestMs, FIRST_MS * 2 ** this.#failures);
    if (ceilingMs < this.#longestMs) this.#failures += 1;
    return ceilingMs / 2 + (ceilingMs / 2) * this.#chance.fraction();
  }

  reset(): void {
    this.#failures = 0;
  }
}

const FIRST_MS = 200;
