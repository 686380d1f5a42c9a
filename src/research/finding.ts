import { assert } from '../lib/assert';
import { uuidOfText } from '../lib/ids';
import type { Finding, Page, Quote } from './types';

declare const proven: unique symbol;

/**
 * A finding whose every quote was compared with its page. The mark exists in the type only, so a
 * plain object that crossed a Worker's border keeps its shape; nothing but {@link makeFinding}
 * makes one.
 */
export type ProvenFinding = Finding & { readonly [proven]: true };

export type FindingInput = Omit<Finding, 'id'>;

/** The passage of `page` from `start` to `end` (UTF-16 code units, `end` exclusive). */
export function quoteAt(page: Page, start: number, end: number): Quote {
  assert(Number.isSafeInteger(start) && Number.isSafeInteger(end), 'quote offsets are integers');
  assert(0 <= start && start < end && end <= page.text.length, 'a quote lies within its page');
  return {
    source: page.source,
    snapshotHash: page.snapshotHash,
    text: page.text.slice(start, end),
    start,
    end,
    page: pageNumber(page.pageStarts, start),
  };
}

/**
 * The only way to a finding. Asserts that there is a quote and that each quote is, letter by
 * letter, what its page says at its offsets. The same input gives the same id.
 */
export function makeFinding(
  input: FindingInput,
  pagesByHash: ReadonlyMap<string, Page>,
): ProvenFinding {
  assert(input.quotes.length > 0, 'a finding has a quote');
  assert(input.text.trim() !== '', 'a finding says something');
  assert(input.confidence > 0 && input.confidence < 1, 'confidence lies between 0 and 1');
  assert(
    (input.status === 'contested') === input.disputedBy.length > 0,
    'a contested finding, and no other, carries the other side',
  );
  for (const quote of [...input.quotes, ...input.disputedBy]) {
    const page = pagesByHash.get(quote.snapshotHash);
    assert(page, 'a quote names a page that was read');
    assert(
      quote.end > quote.start && page.text.slice(quote.start, quote.end) === quote.text,
      'a quote stands in its page',
    );
  }
  return { ...input, id: findingId(input) } as ProvenFinding;
}

/** 1-based number of the page on which `offset` lies; null for what has no pages. */
function pageNumber(pageStarts: number[] | null, offset: number): number | null {
  if (pageStarts === null) return null;
  let number = 1;
  for (const [index, start] of pageStarts.entries()) if (start <= offset) number = index + 1;
  return number;
}

/** A UUID that depends on what is quoted and what for, so that a replay repeats it. */
function findingId(input: FindingInput): string {
  const places = input.quotes.map((quote) => [quote.snapshotHash, quote.start, quote.end]);
  return uuidOfText(JSON.stringify([input.subQuestion, input.text, places]));
}
