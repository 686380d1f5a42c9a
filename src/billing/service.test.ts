import { expect, test } from 'bun:test';
import { breakevenCredits, createBilling } from './service';

test('from its break-even on, a plan costs no more than the same credits at the list price', () => {
  for (const plan of createBilling().plans()) {
    const credits = breakevenCredits(plan);
    // A credit is a cent at the list price.
    expect(credits).toBeGreaterThanOrEqual(plan.monthlyPriceCents);
    expect(credits - 1).toBeLessThan(plan.monthlyPriceCents);
  }
});

test('ids of plans and packs are unique', () => {
  const billing = createBilling();
  for (const list of [billing.plans(), billing.packs()]) {
    expect(new Set(list.map(({ id }) => id)).size).toBe(list.length);
  }
});
