import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { confidenceOf, type Ground } from './confidence';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const grounds: fc.Arbitrary<Ground> = fc.record({
  status: fc.constantFrom('established', 'reported', 'contested', 'unverified'),
  independent: fc.integer({ min: 1, max: 200 }),
  grade: fc.constantFrom('direct', 'related', 'off'),
  relativeScore: share,
  focus: share,
  isAnswer: fc.boolean(),
});

test('confidence is a probability that leaves room for error', () => {
  fc.assert(
    fc.property(grounds, (ground) => {
      expect(confidenceOf(ground)).toBeGreaterThan(0);
      expect(confidenceOf(ground)).toBeLessThan(1);
    }),
  );
});

test('a further voice, a better fit and an answer never lower it', () => {
  fc.assert(
    fc.property(grounds, share, (ground, more) => {
      const confidence = confidenceOf(ground);
      const relativeScore = Math.max(more, ground.relativeScore);
      for (const change of [
        { independent: ground.independent + 1 },
        { relativeScore },
        { isAnswer: true },
        { grade: 'direct' as const },
      ]) {
        expect(confidenceOf({ ...ground, ...change })).toBeGreaterThanOrEqual(confidence);
      }
    }),
  );
});

test('what is disputed or only rumoured is less certain than the same reported plainly', () => {
  fc.assert(
    fc.property(grounds, (ground) => {
      const [unverified, contested, reported, established] = (
        ['unverified', 'contested', 'reported', 'established'] as const
      ).map((status) => confidenceOf({ ...ground, status }));
      const order = [unverified ?? 0, contested ?? 0, reported ?? 0, established ?? 0];
      expect(order).toEqual([...order].sort((a, b) => a - b));
    }),
  );
});
