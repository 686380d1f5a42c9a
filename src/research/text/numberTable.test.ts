import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { NumberTable } from './numberTable';

test('a table finds each number at its place', () => {
  const number = fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 2 ** 31 - 1 }));
  fc.assert(
    fc.property(fc.uniqueArray(number), number, (numbers, other) => {
      const table = new NumberTable(new Int32Array(numbers));
      for (const [at, one] of numbers.entries()) expect(table.find(one)).toBe(at);
      if (!numbers.includes(other)) expect(table.find(other)).toBeUndefined();
    }),
  );
});
