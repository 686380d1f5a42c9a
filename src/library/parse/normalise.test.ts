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
