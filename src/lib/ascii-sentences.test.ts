import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { asciiSentenceEnds } from './ascii-sentences';

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

function segmenterEnds(text: string): number[] {
  return Array.from(segmenter.segment(text), ({ segment, index }) => index + segment.length);
}

test('sentences end where the segmenter of the platform ends them', () => {
  const telling = fc.constantFrom(...'..!? \t\f()[]{}"\',-:;/aBz39_'.split(''));
  const ascii = fc.string({ unit: 'binary-ascii', maxLength: 1 });
  const unit = fc.oneof({ weight: 6, arbitrary: telling }, { weight: 1, arbitrary: ascii });
  const text = fc
    .array(unit, { maxLength: 14 })
    .map((units) => units.join('').replace(/[\r\n]/g, ' '));
  fc.assert(
    fc.property(text, (sample) => {
      expect(asciiSentenceEnds(sample)).toEqual(segmenterEnds(sample));
    }),
    { numRuns: 5_000 },
  );
});

test('a hundred thousand stops without a border take well under a second', () => {
  const started = performance.now();
  for (const stops of ['.', '. ', '.1', '.(', '. ,']) {
    expect(asciiSentenceEnds(stops.repeat(100_000)).at(-1)).toBe(100_000 * stops.length);
  }
  expect(performance.now() - started).toBeLessThan(1_000);
});
