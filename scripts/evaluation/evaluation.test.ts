import { afterAll, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { recordFiles } from './records';
import { averagePrecision, gain } from './retrieval';

const folder = mkdtempSync(join(tmpdir(), 'sonde-evaluation-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SCHEMA = Type.Object({ claim: Type.String(), label: Type.String() });
const lines = (...records: unknown[]) => records.map((record) => JSON.stringify(record)).join('\n');

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** The program as `scripts/eval` starts it. */
async function evaluate(...argv: string[]) {
  const run = Bun.spawn(['bun', join(import.meta.dir, 'main.ts'), '--from', folder, ...argv], {
    cwd: join(import.meta.dir, '../../src'),
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [stdout, stderr] = await Promise.all([
    new Response(run.stdout).text(),
    new Response(run.stderr).text(),
  ]);
  return { code: await run.exited, stdout, stderr };
}

describe('the figures', () => {
  const relevant = new Map([
    ['a', 2],
    ['b', 1],
  ]);

  test('nDCG is 1 for the ideal order, less for a later place, 0 for nothing', () => {
    expect(gain(['a', 'b', 'x'], relevant, 10)).toBe(1);
    expect(gain(['b', 'a'], relevant, 10)).toBeCloseTo(
      (1 + 2 / Math.log2(3)) / (2 + 1 / Math.log2(3)),
    );
    expect(gain(['x', 'y'], relevant, 10)).toBe(0);
    expect(gain(['x', 'a'], relevant, 1)).toBe(0);
  });

  test('average precision counts what was not found', () => {
    expect(averagePrecision(['a', 'x', 'b'], relevant)).toBeCloseTo((1 + 2 / 3) / 2);
    expect(averagePrecision(['a'], relevant)).toBe(0.5);
  });
});

describe('a data set', () => {
  test('is read from a file, packed or not, or from a folder by its fields', async () => {
    const record = { claim: 'c', label: 'l' };
    const packed = file(
      'packed/set.jsonl.gz',
      Bun.gzipSync(new TextEncoder().encode(lines(record))),
    );
    file('packed/other.jsonl', lines({ question: 'q' }));
    expect((await recordFiles(packed, SCHEMA))[0]?.records).toEqual([record]);
    const found = await recordFiles(join(folder, 'packed'), SCHEMA);
    expect(found.map(({ path }) => path)).toEqual([packed]);
  });

  test.each([
    [
      'broken.jsonl',
      `${lines({ claim: 'c', label: 'l' })}\n{"claim": `,
      'broken.jsonl:2: not valid',
    ],
    [
      'wrong.jsonl',
      lines({ claim: 'c', label: 'l' }, { claim: 'c' }),
      'wrong.jsonl:2: the field lab',
    ],
    ['empty.jsonl', '\n', 'empty.jsonl holds no records'],
    ['fake.jsonl.gz', 'no gzip', 'fake.jsonl.gz is not gzip data'],
  ])(
    'that is not of its format is refused by file and line: %s',
    async (name, content, message) => {
      expect(recordFiles(file(name, content), SCHEMA)).rejects.toThrow(message);
    },
  );
});

describe('the program', () => {
  test.each([
    [['nonsense', '--data', '.'], 'no such measure: nonsense'],
    [['retrieval'], '--data PATH is missing'],
    [['retrieval', '--data', 'nowhere'], '--data nowhere does not exist'],
    [['retrieval', '--data', '.', '--fast'], "'--fast'"],
  ])('refuses %j, and says why', async (argv, message) => {
    const { code, stdout, stderr } = await evaluate(...argv);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  test('ranks a corpus, and writes what it ranked', async () => {
    file(
      'beir/corpus.jsonl',
      lines(
        { _id: 'tide', title: 'Tides', text: 'The moon pulls at the sea.' },
        { _id: 'bread', title: 'Bread', text: 'Dough rises by yeast.' },
        { _id: 'blank', title: '', text: '' },
      ),
    );
    file('beir/queries.jsonl', lines({ _id: '1', text: 'What does the moon do to the sea?' }));
    file('beir/qrels.tsv', 'query-id\tcorpus-id\tscore\n1\ttide\t2\n1\tbread\t0\n');
    // What an earlier run wrote, and longer.
    file('out.jsonl', lines({ query: '0', ranked: new Array(100).fill('stale') }));
    const { code, stdout } = await evaluate(
      ...['retrieval', '--data', 'beir', '--out', 'out.jsonl', '--json'],
    );
    expect(code).toBe(0);
    const rows: { name: string; value: number }[] = JSON.parse(stdout).rows;
    expect(rows.find(({ name }) => name === 'nDCG@10')?.value).toBe(1);
    const written = JSON.parse(await Bun.file(join(folder, 'out.jsonl')).text());
    expect(written).toMatchObject({ query: '1', ranked: ['tide'] });
  });

  test('answers questions from their own documents and from all, and writes what it answered', async () => {
    const document = (title: string, gold: number[], ...sentences: string[]) => ({
      title,
      sentences,
      gold,
    });
    file(
      'hops.jsonl',
      lines({
        id: 'q',
        question: 'Who built the Alder Bridge?',
        answers: ['Ada Quill'],
        documents: [
          document('Alder Bridge', [0], 'The Alder Bridge was built by Ada Quill.', 'It is long.'),
          document('Bread', [], 'Bread is made of flour.', 'It is baked in an oven.'),
        ],
      }),
    );
    const { code, stdout, stderr } = await evaluate(
      ...['multihop', '--data', 'hops.jsonl', '--out', 'hops-out.jsonl', '--json'],
    );
    expect(code, stderr).toBe(0);
    const values = (JSON.parse(stdout).rows as { value: number }[]).map(({ value }) => value);
    expect(values).toEqual([1, 1, 1, 1, 1, 8]);
    const written = JSON.parse(await Bun.file(join(folder, 'hops-out.jsonl')).text());
    expect(written).toMatchObject({
      ranked: ['Alder Bridge'],
      sentences: [{ title: 'Alder Bridge', index: 0 }],
      brief: 'The Alder Bridge was built by Ada Quill.[1]',
    });
  });
});
