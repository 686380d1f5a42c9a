import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { differences } from './difference';

test('values that say the same differ nowhere, whatever the order of their keys', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const parsed: unknown = JSON.parse(JSON.stringify(value));
      expect(differences(parsed, reversed(parsed))).toEqual([]);
    }),
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, reversed(inner)]);
  return Object.fromEntries(entries.reverse());
}

test.each([
  [1, 2, ''],
  [{ a: [1, 2] }, { a: [1, 3] }, '/a/1'],
  [{ a: [1] }, { a: [1, 3] }, '/a/1'],
  [{ 'a/b': { '~': 1 } }, { 'a/b': {} }, '/a~1b/~0'],
  [{}, { constructor: 1 }, '/constructor'],
  [[], {}, ''],
  [null, {}, ''],
])('%j and %j differ at one place', (recorded, replayed, pointer) => {
  expect(differences(recorded, replayed).map((found) => found.pointer)).toEqual([pointer]);
});
