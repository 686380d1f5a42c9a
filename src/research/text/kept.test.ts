import { describe, expect, test } from 'bun:test';
import { keptByText } from './kept';

function counted(maxUnits: number) {
  const worked: string[] = [];
  const lengthOf = keptByText((text) => {
    worked.push(text);
    return { length: text.length };
  }, maxUnits);
  return { worked, lengthOf };
}

describe('what is kept by text', () => {
  test('is worked out once', () => {
    const { worked, lengthOf } = counted(10);
    expect(lengthOf('four')).toBe(lengthOf(['fo', 'ur'].join('')));
    expect(worked).toEqual(['four']);
  });

  test('is no more than its bound, and what was asked last stays', () => {
    const { worked, lengthOf } = counted(10);
    for (const text of ['aaaa', 'bbbb', 'aaaa', 'cccc', 'aaaa', 'bbbb']) lengthOf(text);
    expect(worked).toEqual(['aaaa', 'bbbb', 'cccc', 'bbbb']);
  });

  test('is never a text beyond the bound, which is worked out all the same', () => {
    const { worked, lengthOf } = counted(10);
    for (const text of ['x'.repeat(11), 'aaaa', 'x'.repeat(11), 'aaaa']) {
      expect(lengthOf(text)).toEqual({ length: text.length });
    }
    expect(worked.length).toBe(4);
  });
});
