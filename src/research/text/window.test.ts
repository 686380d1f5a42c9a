import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Page } from '../types';
import { buildCorpus } from './corpus';
import { pageLimit, readRanges } from './window';

const page = (text: string, spans: Page['spans'] = null): Page => ({
  source: 1,
  snapshotHash: 'a',
  url: 'https://site.example/',
  title: '',
  domain: 'site.example',
  text,
  pageStarts: null,
  spans,
});

const paragraphs = Array.from({ length: 400 }, (_, at) => `Paragraph ${at} tells of mill ${at}.`);
const long = paragraphs.join('\n\n');

describe('what is read of a long page', () => {
  test('passages are widened to their paragraphs, and keep their places in the whole text', () => {
    const at = long.indexOf('of mill 300');
    const read = buildCorpus([page(long, [{ start: at, end: at + 4 }])]).sentences;
    expect(read.map(({ text }) => text)).toContain('Paragraph 300 tells of mill 300.');
    expect(read.map(({ text }) => text)).not.toContain('Paragraph 200 tells of mill 200.');
    for (const { start, end, text } of read) expect(long.slice(start, end)).toBe(text);
  });

  test('the opening is always read, and all of it without passages', () => {
    const at = long.indexOf('of mill 300');
    expect(buildCorpus([page(long, [{ start: at, end: at + 4 }])]).sentences[0]?.text).toBe(
      'Paragraph 0 tells of mill 0.',
    );
    expect(buildCorpus([page(long)]).sentences).toHaveLength(400);
  });

  test('ranges are apart, ascending, within the text and never more than the limit', () => {
    const span = fc.record({ start: fc.nat(20_000), end: fc.nat(20_000) });
    fc.assert(
      fc.property(
        fc.array(span, { maxLength: 8 }),
        fc.integer({ min: 1, max: 9_000 }),
        (spans, limit) => {
          let before = 0;
          let sum = 0;
          for (const { start, end } of readRanges({ text: long, spans }, limit)) {
            expect(start).toBeGreaterThanOrEqual(before);
            expect(end).toBeGreaterThan(start);
            expect(end).toBeLessThanOrEqual(long.length);
            before = end;
            sum += end - start;
          }
          expect(sum).toBeLessThanOrEqual(limit);
        },
      ),
    );
  });

  test('many pages share what one analysis reads', () => {
    expect(pageLimit(1)).toBe(120_000);
    expect(20 * pageLimit(20)).toBeLessThanOrEqual(800_000);
  });
});
