import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { chunkText } from './chunk';

const proseLike = fc
  .array(
    fc.oneof(
      fc.constantFrom('\n\n', '. ', ' ', '\n', '! '),
      fc.string({ unit: 'grapheme', maxLength: 30 }),
      fc.lorem({ maxCount: 12 }),
    ),
    { maxLength: 120 },
  )
  .map((parts) => parts.join(''));

test('chunks are ordered, bounded, never empty and cover all that is not white space', () => {
  fc.assert(
    fc.property(proseLike, fc.array(fc.nat(3_000)), (text, pageStarts) => {
      let covered = 0;
      for (const { start, end } of chunkText(text, pageStarts)) {
        expect(start).toBeGreaterThanOrEqual(covered);
        expect(text.slice(covered, start).trim()).toBe('');
        const body = text.slice(start, end);
        expect(body.trim()).toBe(body);
        expect(body.length).toBeGreaterThan(0);
        expect(body.length).toBeLessThanOrEqual(1_600);
        covered = end;
      }
      expect(text.slice(covered).trim()).toBe('');
    }),
  );
});

test('a surrogate pair is never split, not even in one endless word', () => {
  const text = '😀'.repeat(3_000);
  const chunks = chunkText(text, null);
  expect(chunks.length).toBeGreaterThan(3);
  for (const { start, end } of chunks) expect(text.slice(start, end).isWellFormed()).toBe(true);
});

test('a chunk ends with a paragraph when it is long enough', () => {
  const sentence = 'This sentence has a fair number of words in it and ends here. ';
  const paragraph = sentence.repeat(12).trim();
  const text = [paragraph, paragraph, paragraph].join('\n\n');
  const bodies = chunkText(text, null).map(({ start, end }) => text.slice(start, end));
  expect(bodies).toEqual([paragraph, paragraph, paragraph]);
});

test('a page that is long enough gets chunks of its own', () => {
  const page = 'A sentence on the page that says something. '.repeat(8).trim();
  const text = `${page}\n\n${page}`;
  expect(chunkText(text, null)).toHaveLength(1);
  expect(chunkText(text, [0, page.length + 2])).toHaveLength(2);
});
