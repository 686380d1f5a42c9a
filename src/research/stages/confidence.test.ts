import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { confidenceOf, type Ground } from './confidence';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const grounds: fc.Arbitrary<Ground> = fc.record({
  status: fc.constantFrom('established', 'reported', 'contested', 'unverified'),
  others: fc.integer({ min: 0, max: 200 }),
  grade: fc.constantFrom('direct', 'related', 'off'),
  isOneStep: fc.boolean(),
  relativeScore: share,
  pagesBefore: fc.integer({ min: 0, max: 60 }),
  focus: share,
  isAnswer: fc.boolean(),
});

const WORST: Ground = {
  status: 'contested',
  others: 0,
  grade: 'off',
  isOneStep: false,
  relativeScore: 0,
  pagesBefore: 200,
  focus: 0,
  isAnswer: false,
};

test('confidence is a probability that leaves room for error', () => {
  fc.assert(
    fc.property(grounds, (ground) => {
      expect(confidenceOf(ground)).toBeGreaterThan(0);
      expect(confidenceOf(ground)).toBeLessThan(1);
    }),
    // The worst case there is: nothing speaks for it, and many pages say it better.
    { examples: [[WORST]] },
  );
});

test('a further voice, a better fit and an answer never lower it', () => {
  fc.assert(
    fc.property(grounds, share, (ground, more) => {
      const confidence = confidenceOf(ground);
      const relativeScore = Math.max(more, ground.relativeScore);
      for (const change of [
        { others: ground.others + 1 },
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

test('a plain answer that three publishers give is nearly certain, a passing remark is not', () => {
  const best = { relativeScore: 1, pagesBefore: 0, focus: 1, isAnswer: true, isOneStep: true };
  const sure = { ...best, status: 'established', others: 2, grade: 'direct' } as const;
  expect(confidenceOf(sure)).toBeGreaterThan(0.9);
  expect(confidenceOf({ ...sure, status: 'contested', others: 0 })).toBeLessThan(0.7);
  const poor = { ...sure, status: 'reported', others: 0, grade: 'off', isAnswer: false } as const;
  expect(confidenceOf({ ...poor, relativeScore: 0.35, pagesBefore: 5, focus: 0 })).toBeLessThan(
    0.2,
  );
});
