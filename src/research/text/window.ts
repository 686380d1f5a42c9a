import type { Page } from '../types';

export interface Range {
  start: number;
  end: number;
}

/** How much of one page an analysis reads; a page may be megabytes. */
export const MAX_PAGE_UNITS = 120_000;
/** And of all pages together, so that an analysis takes about a second at most. */
const MAX_ALL_UNITS = 500_000;
const MIN_PAGE_UNITS = 10_000;
/** How far a passage is widened in search of the border of its paragraph. */
const MAX_WIDENING_UNITS = 1_500;
const LEAD_UNITS = 1_000;

/** How much each of so many pages may be read, when one alone may be read up to `longest`. */
export function pageLimit(pageCount: number, longest = MAX_PAGE_UNITS): number {
  const allUnits = MAX_ALL_UNITS * (longest / MAX_PAGE_UNITS);
  const share = Math.floor(allUnits / Math.max(1, pageCount));
  return Math.max(MIN_PAGE_UNITS, Math.min(longest, share));
}

/**
 * The parts of a page to read, ascending and apart: its opening, which tells what it is about, and
 * the passages that a search pointed at, each out to the borders of its paragraph; without
 * passages the page from its start. Never more than `limit` UTF-16 units in all.
 */
export function readRanges({ text, spans }: Pick<Page, 'text' | 'spans'>, limit: number): Range[] {
  if (!spans || spans.length === 0) return [{ start: 0, end: wholeEnd(text, limit) }];
  const lead = { start: 0, end: wholeEnd(text, LEAD_UNITS) };
  return bounded(merged([lead, ...spans.map((span) => widened(text, span))]), limit);
}

function widened(text: string, span: Range): Range {
  const from = Math.max(0, Math.min(span.start, text.length));
  const to = Math.max(from, Math.min(span.end, text.length));
  const earliest = Math.max(0, from - MAX_WIDENING_UNITS);
  const latest = Math.min(text.length, to + MAX_WIDENING_UNITS);
  const before = text.slice(earliest, from).lastIndexOf('\n\n');
  const after = text.slice(to, latest).indexOf('\n\n');
  return {
    start: before === -1 ? wordStart(text, earliest) : earliest + before + 2,
    end: after === -1 ? wholeEnd(text, latest) : to + after,
  };
}

function merged(ranges: Range[]): Range[] {
  const joined: Range[] = [];
  for (const range of ranges.sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last && range.start <= last.end) last.end = Math.max(last.end, range.end);
    else joined.push({ ...range });
  }
  return joined;
}

function bounded(ranges: readonly Range[], limit: number): Range[] {
  let left = limit;
  return ranges.flatMap(({ start, end }) => {
    const length = Math.min(left, end - start);
    left -= length;
    return length > 0 ? [{ start, end: start + length }] : [];
  });
}

/** The last place up to `end` that cuts no word. */
function wholeEnd(text: string, end: number): number {
  if (end >= text.length) return text.length;
  const space = text.slice(Math.max(0, end - 200), end).search(/\s\S*$/);
  return space === -1 ? end : Math.max(0, end - 200) + space;
}

function wordStart(text: string, start: number): number {
  if (start === 0) return 0;
  const space = text.slice(start, start + 200).search(/\s/);
  return space === -1 ? start : start + space;
}
