import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { NumberTable } from './numberTable';

test('a table finds each number where it was added first', () => {
  const number = fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 2 ** 31 - 1 }));
  fc.assert(
    fc.property(fc.array(number), number, (numbers, other) => {
      const table = new NumberTable(numbers.length);
      const ordered = [...new Set(numbers)];
      for (const one of numbers) expect(table.add(one)).toBe(ordered.indexOf(one));
      expect(table.size).toBe(ordered.length);
      for (const [at, one] of ordered.entries()) {
        expect(table.find(one)).toBe(at);
        expect(table.numberAt(at)).toBe(one);
      }
      if (!ordered.includes(other)) expect(table.find(other)).toBeUndefined();
    }),
  );
});
