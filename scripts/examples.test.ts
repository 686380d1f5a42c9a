import { expect, test } from 'bun:test';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { extractText } from 'unpdf';
import questions from '../docs/example-questions.json';

const FOLDER = join(import.meta.dir, '../docs/examples');
const STATUSES = ['established', 'reported', 'contested', 'NEI', 'unverified'];

async function textOf(name: string): Promise<string> {
  const file = Bun.file(join(FOLDER, name));
  if (!name.endsWith('.pdf')) return file.text();
  const { text } = await extractText(await file.bytes(), { mergePages: true });
  return text.replace(/\s+/g, ' ');
}

const names = readdirSync(FOLDER).sort();
const texts = new Map(
  await Promise.all(names.map(async (name) => [name, await textOf(name)] as const)),
);

function documentsWith(mention: string): string[] {
  return names.filter((name) => texts.get(name)?.includes(mention));
}

test('every example is a document of 200 to 900 words', () => {
  for (const [name, text] of texts) {
    const words = text.replace(/<[^>]*>/g, ' ').match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
    expect({ name, fits: words >= 200 && words <= 900 }).toEqual({ name, fits: true });
  }
});

for (const { question, expect: findings } of questions) {
  test(`the examples hold what is expected of: ${question}`, () => {
    expect(findings.length).toBeGreaterThan(0);
    for (const { status, mentions } of findings) {
      expect(STATUSES).toContain(status);
      // A finding that is no more than expected of one source stands in one document only.
      const counts = mentions.map((mention) => documentsWith(mention).length);
      const [least, most] = [Math.min(...counts), Math.max(...counts)];
      if (status === 'established') expect(least).toBeGreaterThanOrEqual(2);
      if (status === 'contested') expect(least).toBeGreaterThanOrEqual(1);
      if (status === 'NEI') expect(mentions).toEqual([]);
      if (status === 'reported') expect(most).toBeLessThanOrEqual(2);
    }
  });
}

test('a quotation stands word for word in the report that it is taken from', () => {
  const quotation =
    'Colonies within two kilometres of fields treated with Veltrin lost 34 percent of their bees in winter, against 15 percent elsewhere.';
  expect(documentsWith(quotation)).toEqual([
    'beekeeper-blog.md',
    'orrin-bee-study.pdf',
    'orrin-council-minutes.txt',
  ]);
});

test('no example says who designed the Vessby bridge', () => {
  for (const [name, text] of texts) {
    expect({ name, tells: /architect|designed|designer/i.test(text) }).toEqual({
      name,
      tells: false,
    });
  }
});
