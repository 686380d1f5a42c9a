import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { names } from './names';
import { STOP_WORDS } from './stopWords';

test('a run of capitalised words is a name from its first word that can begin one', () => {
  const part = fc.constantFrom(
    ...[
      'The',
      'In',
      'March',
      'Esk',
      'Östra',
      'Mill',
      'of',
      'van',
      '&',
      '1961',
      'dam',
      '.',
      ',',
      ' ',
      '\n',
      '\u00a0',
    ],
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 16 }), (parts) => {
      const text = parts.join(' ');
      for (const { text: name, start, end } of names(text)) {
        expect(text.slice(start, end)).toBe(name);
        const [first = '', ...others] = name.split(/\s/);
        expect(first).toMatch(/\p{L}/u);
        expect(STOP_WORDS.has(first.toLowerCase())).toBe(false);
        expect([first, ...others].at(-1)).not.toMatch(/\.$/);
      }
    }),
    { numRuns: 500 },
  );
  expect(names('In March 1961 The Esk Mill of Östra').map(({ text }) => text)).toEqual([
    'Esk Mill of Östra',
  ]);
});
