import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { wordCount } from './wordCount';

test('words are what stands between white space, in ASCII as in any other text', () => {
  const part = fc.constantFrom(
    'a',
    'mill',
    ' ',
    '\t',
    '\n',
    '\v',
    '\f',
    '\r',
    '\x1c',
    '\0',
    'é',
    '\u00a0',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary-ascii' }),
    fc.array(part, { maxLength: 20 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, (sample) =>
      expect(wordCount(sample)).toBe(sample.split(/\s+/).filter((word) => word !== '').length),
    ),
  );
});
