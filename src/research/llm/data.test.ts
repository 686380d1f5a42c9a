import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { fenced } from './data';

const markOf = (prompt: string) => /^<<<.* ([0-9a-f]{16})\n/.exec(prompt)?.[1] ?? '';

describe('the marks around a text of strangers', () => {
  test('are other ones for another text, another label and another identity', () => {
    const marks = [
      fenced('source 1', 'a'),
      fenced('source 1', 'b'),
      fenced('source 2', 'a'),
      fenced('source 1', 'a', 'Title\nhash'),
      fenced('source 1', 'a', 'Another title\nhash'),
    ].map(markOf);
    expect(new Set(marks).size).toBe(marks.length);
  });

  test('stand nowhere in what they enclose, whatever that is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const prompt = fenced('source 1', text);
        const mark = markOf(prompt);
        expect(mark).not.toBe('');
        expect(prompt.split(mark).length).toBe(3);
        expect(prompt).toEndWith(`\n${mark}>>>`);
      }),
    );
  });
});
