import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { differenceOf, passageAt, searchFor } from './passage';

/** Few letters, so that much repeats. */
const letters = fc.string({ unit: fc.constantFrom('a', 'b', '\u00e9'), maxLength: 60 });
const quotes = fc.string({ unit: fc.constantFrom('a', 'b', '\u00e9'), minLength: 1, maxLength: 8 });

test('a quote is found where it stands, each place once', () => {
  fc.assert(
    fc.property(letters, quotes, (text, quote) => {
      const places = [];
      for (let at = text.indexOf(quote); at !== -1; at = text.indexOf(quote, at + quote.length))
        places.push(at);
      expect(searchFor(text, quote, Number.POSITIVE_INFINITY).starts).toEqual(places);
    }),
  );
});

test('no longer beginning of a quote stands in the text than the one that is told', () => {
  fc.assert(
    fc.property(letters, quotes, (text, quote) => {
      const { agreedLength, agreedStart } = searchFor(text, quote, Number.POSITIVE_INFINITY);
      const agreed = quote.slice(0, agreedLength);
      expect(text.slice(agreedStart, agreedStart + agreedLength)).toBe(agreed);
      if (agreedLength < quote.length)
        expect(text.includes(quote.slice(0, agreedLength + 1))).toBe(false);
    }),
  );
});

test('a text that was made to be slow to search is searched in one pass', () => {
  const text = 'ab'.repeat(1_000_000);
  const quote = `${'ab'.repeat(9_000)}ba`;
  const startedMs = performance.now();
  expect(searchFor(text, quote, 5)).toMatchObject({ starts: [], agreedLength: 18_000 });
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});

test('the place where a quote parts from the text shows what each of them says', () => {
  const text = 'The plant has 16 turbines.';
  const quote = 'The plant has 61 turbines.';
  expect(differenceOf(text, quote, searchFor(text, quote, 1))).toEqual({
    agreeing: 'The plant has ',
    quoted: '61 turbines.',
    found: '16 turbines.',
  });
  expect(differenceOf(text, 'Zebras', searchFor(text, 'Zebras', 1))).toEqual({
    agreeing: '',
    quoted: 'Zebras',
    found: '',
  });
});

test('no character is cut in two', () => {
  const text = '\u{1f41d}'.repeat(400);
  expect(passageAt(text, 400, 402).before.isWellFormed()).toBe(true);
  expect(passageAt(`x${text}`, 401, 403).before.isWellFormed()).toBe(true);
  expect(passageAt(`x${text}`, 401, 403).after.isWellFormed()).toBe(true);
  // Both have the same first half.
  const [bee, ant] = ['\u{1f41d}', '\u{1f41c}'];
  expect(differenceOf(bee, ant, searchFor(bee, ant, 1))).toEqual({
    agreeing: '',
    quoted: ant,
    found: '',
  });
});
