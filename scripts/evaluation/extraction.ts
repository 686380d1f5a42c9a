import { Type } from '@sinclair/typebox';
import { Fault } from '../../src/lib/fault';
import { parseDocument } from '../../src/library/parse';
import { recordFiles } from './records';
import { mean } from './report';
import type { Context, Measure, Row } from './types';

const PAGE = Type.Object({
  id: Type.String(),
  url: Type.String(),
  html: Type.String(),
  text: Type.String(),
});

/** Pages read before the clock starts: a worker that reads its hundredth page is warm as well. */
const WARM_UP_PAGES = 20;

export const extraction: Measure = {
  name: 'extraction',
  help: 'pages of {id, url, html, text}: token F1 of the main text, and pages/s on one thread',
  run,
};

/** Reads each page by the very function that reads a fetched one, one after the other. */
async function run({ data, out }: Context): Promise<Row[]> {
  const files = await recordFiles(data, PAGE);
  const pages = files.flatMap(({ records }) => records);
  for (const page of pages.slice(0, WARM_UP_PAGES)) await textOf(page.html, page.url);

  const texts: string[] = [];
  const startMs = performance.now();
  for (const { html, url } of pages) texts.push(await textOf(html, url));
  const seconds = (performance.now() - startMs) / 1_000;

  for (const [index, page] of pages.entries()) out?.write({ id: page.id, text: texts[index] });
  const scores = pages.map((page, index) => overlap(texts[index] ?? '', page.text));
  return [
    { name: 'pages', value: pages.length, unit: 'count' },
    { name: 'token F1', value: mean(scores.map(({ f1 }) => f1)), unit: 'share' },
    { name: 'precision', value: mean(scores.map(({ precision }) => precision)), unit: 'share' },
    { name: 'recall', value: mean(scores.map(({ recall }) => recall)), unit: 'share' },
    { name: 'one thread', value: pages.length / seconds, unit: 'pages/s' },
  ];
}

/** Empty for a page that cannot be read: it counts as nothing found. */
async function textOf(html: string, url: string): Promise<string> {
  const bytes = new TextEncoder().encode(html);
  try {
    const declaredType = 'text/html; charset=utf-8';
    return (await parseDocument({ bytes, name: '', declaredType, url })).text;
  } catch (thrown) {
    if (thrown instanceof Fault) return '';
    throw thrown;
  }
}

interface Overlap {
  precision: number;
  recall: number;
  f1: number;
}

/** Of the multisets of words, in lower case; two texts without any are the same. */
function overlap(found: string, expected: string): Overlap {
  const foundCounts = countWords(found);
  const expectedCounts = countWords(expected);
  let shared = 0;
  for (const [word, count] of foundCounts) shared += Math.min(count, expectedCounts.get(word) ?? 0);
  const foundCount = total(foundCounts);
  const expectedCount = total(expectedCounts);
  if (foundCount === 0 && expectedCount === 0) return { precision: 1, recall: 1, f1: 1 };
  return {
    precision: shared / Math.max(1, foundCount),
    recall: shared / Math.max(1, expectedCount),
    f1: (2 * shared) / (foundCount + expectedCount),
  };
}

function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{M}\p{N}_]+/gu)) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

function total(counts: Map<string, number>): number {
  return counts.values().reduce((sum, count) => sum + count, 0);
}
