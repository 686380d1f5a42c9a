import { expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Passage } from '../../../views/pages/source/passages';
import { passagesOf } from './passages';

const lengthOf = (passage: Passage) =>
  passage.kind === 'omitted' ? passage.length : passage.text.length;

test('any quotes leave the text whole, mark each quote, and give each an id of its own', () => {
  const span = fc.tuple(fc.nat(50), fc.nat(50)).map(([start, length]) => ({
    start,
    end: start + length + 1,
  }));
  fc.assert(
    fc.property(fc.array(span, { maxLength: 8 }), (quotes) => {
      const text = 'abcdefghij'.repeat(11);
      const passages = passagesOf(text, quotes);
      const marked = passages.filter((passage) => passage.kind === 'marked');
      const ids = marked.flatMap((passage) => passage.ids);
      expect(new Set(ids).size).toBe(ids.length);
      expect(new Set(ids)).toEqual(new Set(quotes.map(({ start }) => `quote-${start}`)));
      let whole = '';
      for (const passage of passages) {
        if (passage.kind === 'omitted') throw new Error('a short text is shown whole');
        for (const { start, end } of quotes) {
          const isInside = whole.length < end && start < whole.length + passage.text.length;
          if (isInside) expect(passage.kind).toBe('marked');
        }
        whole += passage.text;
      }
      expect(whole).toBe(text);
    }),
  );
});

test('of a long text what stands around its quotes is shown, and how much is not', () => {
  const text = 'x'.repeat(1_000_000);
  const quotes = [
    { start: 500_000, end: 500_010 },
    { start: 501_000, end: 501_010 },
    { start: 999_990, end: 1_000_000 },
  ];
  const passages = passagesOf(text, quotes);
  expect(passages.map((passage) => passage.kind)).toEqual([
    'omitted',
    'plain',
    'marked',
    'plain',
    'marked',
    'plain',
    'omitted',
    'plain',
    'marked',
  ]);
  expect(passages.reduce((sum, passage) => sum + lengthOf(passage), 0)).toBe(text.length);
  expect(passagesOf(text, []).map(lengthOf)).toEqual([4_000, 996_000]);
});
