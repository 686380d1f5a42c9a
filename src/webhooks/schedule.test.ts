import { expect, test } from 'bun:test';
import { array, assert as check, double, integer, property } from 'fast-check';
import { systemChance } from '../lib/ids';
import { MAX_TRIES, pauseMs } from './schedule';

const HOUR_MS = 3_600_000;
const fraction = double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const chanceOf = (value: number) => ({ ...systemChance, fraction: () => value });

test('whatever chance says, there are ten tries in the first day and a half, and the last is about three days after the first', () => {
  const fractions = array(fraction, { minLength: MAX_TRIES - 1, maxLength: MAX_TRIES - 1 });
  check(
    property(fractions, (chances) => {
      let atMs = 0;
      const times = [0, ...chances.map((each, n) => (atMs += pauseMs(n + 1, chanceOf(each))))];
      expect(times.filter((ms) => ms <= 36 * HOUR_MS).length).toBeGreaterThanOrEqual(10);
      expect(times.at(-1)!).toBeGreaterThan(2.4 * 24 * HOUR_MS);
      expect(times.at(-1)!).toBeLessThan(3.7 * 24 * HOUR_MS);
      for (const [n, ms] of times.entries()) expect(ms - (times[n - 1] ?? -1)).toBeGreaterThan(0);
    }),
  );
});

test('a receiver is not asked before the time that it names, and none can stretch a pause to a day', () => {
  const tries = integer({ min: 1, max: MAX_TRIES - 1 });
  check(
    property(tries, fraction, integer({ min: 0, max: 86_400 }), (n, each, seconds) => {
      const ms = pauseMs(n, chanceOf(each), seconds);
      expect(ms).toBeGreaterThanOrEqual(Math.min(seconds * 1_000, 8 * HOUR_MS));
      expect(ms).toBeLessThanOrEqual(8 * HOUR_MS * 1.2);
    }),
  );
});
