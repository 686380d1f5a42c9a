import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { creditsToMicros } from '../lib/money';
import { budgetOf, holdMicros, priceOfDone, priceOfUsed } from './modes';
import type { ResearchMode } from './types';

const mode = fc.constantFrom<ResearchMode>('lite', 'standard', 'pro', 'max');
const cap = fc.option(fc.integer({ min: 1, max: 1_000_000_000 }));

describe('prices', () => {
  test.each([
    ['lite', 50],
    ['standard', 200],
    ['pro', 600],
  ] as const)('%s costs %i credits', (name, credits) => {
    const request = { mode: name, maxCredits: null };
    expect(holdMicros(request)).toBe(creditsToMicros(credits));
    const used = { sourcesRead: 1, callCostMicros: 0 };
    expect(priceOfDone(request, used)).toBe(creditsToMicros(credits));
  });

  test('with max_cost_usd a job of any mode holds that much and costs what it used', () => {
    const request = {
      mode: 'pro',
      maxCredits: null,
      settings: { maxCostUsdMicros: 1_230_000 },
    } as const;
    expect(holdMicros(request)).toBe(creditsToMicros(123));
    const used = { sourcesRead: 3, callCostMicros: creditsToMicros(0.5) };
    expect(priceOfDone(request, used)).toBe(creditsToMicros(30.5));
    expect(priceOfUsed(request, used)).toBe(creditsToMicros(30.5));
  });

  test('no job costs more than it holds, done or canceled, whatever it used', () => {
    fc.assert(
      fc.property(
        mode,
        fc.integer({ min: 10, max: 100_000 }),
        cap,
        fc.nat({ max: 1_000 }),
        fc.nat({ max: 1_000_000_000 }),
        (name, maxCredits, maxCostUsdMicros, sourcesRead, callCostMicros) => {
          const request = { mode: name, maxCredits, settings: { maxCostUsdMicros } };
          const used = { sourcesRead, callCostMicros };
          const held = holdMicros(request);
          expect(priceOfDone(request, used)).toBeLessThanOrEqual(held);
          expect(priceOfUsed(request, used)).toBeLessThanOrEqual(held);
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
