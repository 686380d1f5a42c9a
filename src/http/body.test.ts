import { expect, test } from 'bun:test';
import { readJson, readJsonLines } from './body';

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

const readLines = (body: string, maxLines = 10) =>
  readJsonLines(new Request('http://localhost/', { method: 'POST', body }), maxLines);

test('lines are read one value each, whatever ends them, and empty ones are passed over', async () => {
  expect(await readLines('{"a":"x,\\ny"}\r\n\n\n[2] \n"three"\n')).toEqual([
    { a: 'x,\ny' },
    [2],
    'three',
  ]);
  expect(await readLines('')).toEqual([]);
});

test('lines that are too many, no JSON, or too deep are refused', async () => {
  expect(readLines('1\n'.repeat(11))).rejects.toMatchObject({ code: 'too_large' });
  expect(readLines('{"a":\n1}\n{')).rejects.toMatchObject({ code: 'invalid_request' });
  expect(readLines(nested(64))).rejects.toThrow('nests deeper than 64 levels');
});

test('a mebibyte of spaces is read as fast as any other', async () => {
  const startedMs = performance.now();
  await readLines(`{"a":"${' '.repeat(1_000_000)}"}`);
  expect(performance.now() - startedMs).toBeLessThan(1_000);
});
