import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { normaliseText, normaliseTitle, titleFromName } from './normalise';

const hostileText = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\r', '\n', ' ', '\t', '\u00ad', '\u0301', 'e', '\u0000', '\u2028', '\ud800'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
});

test('text that was normalised once stays as it is', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const once = normaliseText(text);
      expect(normaliseText(once)).toBe(once);
      expect(once.isWellFormed()).toBe(true);
      expect(once).not.toMatch(/\r|\n{3}|[ \t]\n/);
    }),
  );
});

test('a long run of spaces costs linear time', () => {
  const startedMs = performance.now();
  normaliseText(`a${' '.repeat(2_000_000)}b`);
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});

test('a title is one bounded line', () => {
  expect(normaliseTitle('  two\n lines ')).toBe('two lines');
  expect(normaliseTitle('x'.repeat(5_000)).length).toBeLessThanOrEqual(300);
  expect(titleFromName('/tmp/annual-report_2024.pdf')).toBe('annual report 2024');
});

/** What is said of the form of texts, word by word and with no test before. */
function normalisedPlainly(text: string): string {
  return text
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(/[\v\f]/g, '\n\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .replace(/[\u00ad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\u00a0\u2007\u202f]/g, ' ')
    .toWellFormed()
    .normalize('NFC')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

test('a text that has nothing to replace is told from one that has', () => {
  const ascii = fc.constantFrom(...'ab. \t\n\r\v\f\0\x07\x1b\x7f');
  const others = fc.constantFrom(
    ...'é\u0301\u0085\u00a0\u00ad\u2003\u2007\u200b\u2028\u2029\u202e\u2066\u3000\ufeff한',
    '\ud83d',
    '😀',
  );
  for (const unit of [ascii, fc.oneof({ weight: 9, arbitrary: ascii }, others)]) {
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 30 }), (text) => {
        expect(normaliseText(text)).toBe(normalisedPlainly(text));
      }),
      { numRuns: 2_000 },
    );
  }
});
