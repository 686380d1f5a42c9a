import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { stemmer } from 'stemmer';
import { Reading } from './reading';
import { STOP_WORDS } from './stopWords';
import { type Token, terms, tokens } from './terms';
import { currentVocabulary } from './vocabulary';

const WORD = /\p{N}+(?:[.,]\p{N}+)*\p{L}*|[\p{L}\p{M}\p{N}]+/gu;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** What a list of words is, told by patterns. */
function tokensByPattern(text: string): Token[] {
  return [...text.matchAll(WORD)].flatMap(({ 0: word, index: start }) => {
    if (!UNSPACED.test(word)) {
      const term = termByPattern(word);
      return term === '' ? [] : [{ term, start, end: start + word.length }];
    }
    return Array.from({ length: Math.max(1, word.length - 1) }, (_, at) => {
      const term = word.slice(at, at + 2);
      return { term, start: start + at, end: start + at + term.length };
    });
  });
}

function termByPattern(word: string): string {
  const plain = word.toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '').slice(0, 60);
  if (STOP_WORDS.has(plain)) return '';
  if (/^\d/.test(plain)) return plain.replace(/(\d),(?=\d{3})/g, '$1');
  return /^[a-z]+$/.test(plain) ? stemmer(plain) : plain;
}

const pieces = fc.oneof(
  fc.constantFrom('Mills ', 'the ', 'owned ', 'x', 'Q', '3', '1,234.5km', ',', '.', ' ', '_', '’'),
  fc.constantFrom('é', 'e\u0301', '\u0301', 'ж', 'İ', 'ſ', 'ﬁ', '½', '１', '٣', 'Σ', 'ς', '\u0000'),
  fc.constantFrom('東京', 'ひ', 'ไทย', '々', '𠀀', '𝐀', '𝟘', '😀', '\ud835', '\udc00', '—'),
  fc.constantFrom('long'.repeat(16), '9'.repeat(61), 'É'.repeat(70)),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const samples = fc.array(pieces, { maxLength: 25 }).map((all) => all.join(''));

describe('words', () => {
  test('are what patterns say', () => {
    fc.assert(
      fc.property(samples, (text) => {
        const expected = tokensByPattern(text);
        expect(tokens(text)).toEqual(expected);
        expect(terms(text)).toEqual(expected.map(({ term }) => term));
      }),
      { numRuns: 2_000 },
    );
  });

  test('are what they are of the sentences alone', () => {
    fc.assert(
      fc.property(samples, (text) => {
        const reading = new Reading(text);
        for (const [place, { start, end }] of reading.sentences.entries()) {
          const own = tokensByPattern(text.slice(start, end)).map(({ term }) => term);
          expect(reading.lengthOf(place)).toBe(own.length);
          expect([...reading.countsOf(place).keys()]).toEqual([...new Set(own)]);
        }
      }),
    );
  });

  test('keep their terms when more are met than are remembered', () => {
    const first = currentVocabulary();
    const early = new Reading('Mills and weirs of Corran.');
    const many = Array.from({ length: 40_000 }, (_, at) => `corran${at}`);
    expect(terms(many.join(' '))).toEqual(many);
    expect(terms(many.join(' '))).toEqual(many);
    expect(currentVocabulary()).not.toBe(first);
    expect(early.total('mill')).toBe(1);
    expect([...early.countsOf(0).keys()]).toEqual(terms('mills weirs corran'));
    expect(new Reading('Mills and weirs of Corran.').total('corran')).toBe(1);
  });
});
