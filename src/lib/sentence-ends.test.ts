import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { sentenceEnds } from './sentence-ends';

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

function segmenterEnds(text: string): number[] {
  return Array.from(segmenter.segment(text), ({ segment, index }) => index + segment.length);
}

const LINE_BREAKS = /[\r\n\u0085\u2028\u2029]/g;
const ascii = fc.constantFrom(...'..!? \t\f()[]{}"\',-:;/aBz39_'.split(''));
const beyond = fc.constantFrom(...'’”“«—–…·\u00a0éÉßжЖא東。？１²・٣،؟'.split(''));
const joining = fc.constantFrom('\u0301', '\u00ad', '\u200d', '😀', '𝐀', '\ud835', '\udc00');

test('sentences end where the segmenter of the platform ends them', () => {
  const unit = fc.oneof(
    { weight: 9, arbitrary: ascii },
    { weight: 3, arbitrary: beyond },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 1 }) },
  );
  for (const piece of [ascii, unit, fc.oneof({ weight: 19, arbitrary: unit }, joining)]) {
    const text = fc
      .array(piece, { maxLength: 14 })
      .map((units) => units.join('').replace(LINE_BREAKS, ' '));
    fc.assert(
      fc.property(text, (sample) => {
        expect(sentenceEnds(sample)).toEqual(segmenterEnds(sample));
      }),
      { numRuns: 3_000 },
    );
  }
});

test('so they do beside every unit', () => {
  const frames = [
    'a.Xb',
    'A. XB',
    '1.X1',
    'a?X B',
    'a?)X)b',
    'a.X',
    'X.B',
    'a. X.b',
    'aX B',
    'aX1',
  ];
  for (let code = 0; code < 2 ** 16; code += code < 0x3100 ? 1 : 61) {
    const unit = String.fromCharCode(code).replace(LINE_BREAKS, ' ');
    const text = frames.map((frame) => frame.replaceAll('X', unit));
    for (const sample of text) {
      const ends = sentenceEnds(sample).join();
      if (ends !== segmenterEnds(sample).join()) expect(`${code}: ${sample}`).toBe(ends);
    }
  }
});

test('a hundred thousand stops without a border take well under a second', () => {
  const started = performance.now();
  for (const stops of ['.', '. ', '.1', '.(', '. ,']) {
    expect(sentenceEnds(stops.repeat(100_000)).at(-1)).toBe(100_000 * stops.length);
  }
  expect(performance.now() - started).toBeLessThan(1_000);
});
