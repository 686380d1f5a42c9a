import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { creditsToMicros } from '../lib/money';
import { budgetOf, holdMicros, priceOfDone, priceOfUsed } from './modes';
import type { ResearchMode } from './types';

const mode = fc.constantFrom<ResearchMode>('lite', 'standard', 'pro', 'max');

describe('prices', () => {
  test.each([
    ['lite', 50],
    ['standard', 200],
    ['pro', 600],
  ] as const)('%s costs %i credits', (name, credits) => {
    expect(holdMicros({ mode: name, maxCredits: null })).toBe(creditsToMicros(credits));
    expect(priceOfDone(name, creditsToMicros(credits), 1)).toBe(creditsToMicros(credits));
  });

  test('no job costs more than it holds, done or canceled, whatever it read', () => {
    fc.assert(
      fc.property(
        mode,
        fc.integer({ min: 10, max: 100_000 }),
        fc.nat({ max: 1_000 }),
        (name, maxCredits, sourcesRead) => {
          const held = holdMicros({ mode: name, maxCredits });
          expect(priceOfDone(name, held, sourcesRead)).toBeLessThanOrEqual(held);
          expect(priceOfUsed(held, sourcesRead)).toBeLessThanOrEqual(held);
        },
      ),
    );
  });

  test('a metered job may read as many sources as its credits pay for', () => {
    const budget = (maxCredits: number) =>
      budgetOf({ mode: 'max', maxCredits, maxWallclockSeconds: null }).maxSources;
    expect(budget(10)).toBe(1);
    expect(budget(35)).toBe(3);
    expect(budget(1_000_000)).toBe(200);
  });
});
