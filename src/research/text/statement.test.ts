import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { holdsVerb, states } from './statement';

test('a sentence states something; a heading, a byline and a row do not', () => {
  expect(states('The mill was built in 1851.')).toBe(true);
  expect(states('Visitor numbers by year')).toBe(false);
  expect(states('## The mill was built in 1851')).toBe(false);
  expect(states('By Ann Reid')).toBe(false);
});

test('a verb is found in ASCII as in any other text', () => {
  const part = fc.constantFrom(
    'built',
    'Was',
    'mill',
    "'s",
    "'d",
    'K',
    'red',
    'ed',
    'seen',
    '_',
    '7',
  );
  const ascii = fc.oneof(
    fc.string({ unit: 'grapheme-ascii' }),
    fc
      .array(fc.oneof(part, fc.constantFrom(' ', '-', '.')), { maxLength: 12 })
      .map((all) => all.join('')),
  );
  fc.assert(
    // The quote stands for no part of a word, and has the text judged as one beyond ASCII.
    fc.property(ascii, (text) => expect(holdsVerb(text)).toBe(holdsVerb(`${text} “`))),
    { numRuns: 2_000 },
  );
});
