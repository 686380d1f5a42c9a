import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { sketch } from './shingles';

/** All shingles of a text of fewer words than a sketch holds, told by a pattern. */
function shinglesByPattern(text: string): number[] {
  const words = (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).map(hashOfWord);
  const hashes = words.slice(4).map((_, at) => {
    const run = words.slice(at, at + 5);
    return run.reduce((hash, word) => mixed((Math.imul(hash, 31) + word) | 0), 17);
  });
  return [...new Set(hashes)].sort((a, b) => a - b);
}

function hashOfWord(word: string): number {
  const units = Array.from({ length: word.length }, (_, at) => word.charCodeAt(at));
  return units.reduce((hash, unit) => Math.imul(hash ^ unit, 0x01000193), 0x811c9dc5 | 0);
}

function mixed(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

test('a sketch is made of the words that a pattern finds, in ASCII and beyond', () => {
  const ascii = fc.constantFrom(
    'Mill',
    'weir2',
    'A',
    '7',
    ' ',
    ' ',
    ', ',
    '.',
    '_',
    '\n',
    '\u0000',
  );
  const beyond = fc.constantFrom(
    'É',
    'İ',
    'ΟΔΟΣ ',
    '’',
    '東京',
    '𝐀',
    '😀',
    '\ud835',
    'e\u0301',
    '½',
  );
  for (const piece of [ascii, fc.oneof(ascii, beyond)]) {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        expect(sketch(text)).toEqual({
          hashes: new Int32Array(shinglesByPattern(text)),
          modulus: 1,
        });
      }),
      { numRuns: 500 },
    );
  }
});
