import { expect, test } from 'bun:test';
import { readJson } from './body';

const read = (body: string) => readJson(new Request('http://localhost/', { method: 'POST', body }));
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

test('what nests 64 deep is read, and no deeper', async () => {
  expect(await read(nested(64))).toBeArray();
  await expect(read(nested(65))).rejects.toThrow('nests deeper than 64 levels');
  await expect(read(`{"a":${nested(64)}}`)).rejects.toThrow('nests deeper than 64 levels');
});

test('side by side, and within texts, brackets nest nothing', async () => {
  const wide = Array.from({ length: 200 }, () => [{}]);
  const texts = ['[{'.repeat(100), '"[{'.repeat(100), '\\"[', '\\\\', '[{'.repeat(100)];
  expect(await read(JSON.stringify({ wide, texts, [texts[0]!]: 1 }))).toEqual({
    wide,
    texts,
    [texts[0]!]: 1,
  });
});
