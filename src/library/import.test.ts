import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expandPaths, type ImportEntry, type ImportLimits } from './import';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sonde-import-'));
  await mkdir(join(root, 'docs/deeper'), { recursive: true });
  await mkdir(join(root, 'docs/node_modules'));
  await mkdir(join(root, 'docs/.git'));
  await writeFile(join(root, 'docs/a.txt'), 'alpha');
  await writeFile(join(root, 'docs/big.txt'), 'x'.repeat(200));
  await writeFile(join(root, 'docs/deeper/b.txt'), 'beta');
  await writeFile(join(root, 'docs/node_modules/c.txt'), 'no');
  await writeFile(join(root, 'docs/.hidden'), 'no');
  await writeFile(join(root, 'docs/.git/d.txt'), 'no');
  await symlink(join(root, 'docs'), join(root, 'docs/deeper/loop'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function expand(paths: string[], limits: Partial<ImportLimits> = {}): Promise<string[]> {
  const entries: ImportEntry[] = [];
  for await (const entry of expandPaths(
    paths.map((path) => join(root, path)),
    { maxDocumentBytes: 100, ...limits },
  )) {
    entries.push(entry);
  }
  return entries.map(
    (entry) =>
      `${relative(root, entry.path)} ${'fault' in entry ? entry.fault.code : entry.bytes.length}`,
  );
}

test('folders are read in the order of names, hidden ones and loops left out', async () => {
  expect(await expand(['docs'])).toEqual([
    'docs/a.txt 5',
    'docs/big.txt too_large',
    'docs/deeper/b.txt 4',
  ]);
});

test('a path that is not there is a line of its own, and the rest goes on', async () => {
  expect(await expand(['missing', 'docs/a.txt'])).toEqual(['missing not_found', 'docs/a.txt 5']);
});

test('depth and number are bounded', async () => {
  expect(await expand(['docs'], { maxDepth: 0 })).toContain('docs/deeper too_large');
  expect(await expand(['docs'], { maxFiles: 1 })).toEqual([
    'docs/a.txt 5',
    'docs/big.txt too_large',
  ]);
});
