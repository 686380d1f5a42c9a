import { describe, expect, test } from 'bun:test';
import { judge, pagesOf } from './fixtures';

const PAGES = pagesOf(
  'The Corran Mill stands by the Esk. The Corran Mill was built in 1784. Its wheel is oak.',
  'The Tarn Abbey is a ruin. Its monks kept bees.',
);

describe('extraction', () => {
  test('puts the sentence with the answer first', () => {
    const { candidates } = judge('When was the Corran Mill built?', PAGES);
    expect(candidates[0]?.sentence.text).toBe('The Corran Mill was built in 1784.');
  });

  test('scores descend, and coverage lies between 0 and 1', () => {
    const { candidates } = judge('When was the Corran Mill built?', PAGES);
    const scores = candidates.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    for (const { coverage } of candidates) {
      expect(coverage).toBeGreaterThanOrEqual(0);
      expect(coverage).toBeLessThanOrEqual(1);
    }
  });

  test('pages that share no word with the question give nothing', () => {
    expect(judge('Which osmium alloy melts?', PAGES).candidates).toEqual([]);
  });
});
