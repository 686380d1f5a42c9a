import { sentences } from '../lib/sentences';

/** UTF-16 offsets; `end` is exclusive. */
export interface Chunk {
  start: number;
  end: number;
}

const TARGET_UNITS = 1_000;
/** A chunk this long ends at the next paragraph rather than take the whole of it in. */
const ENOUGH_UNITS = 600;
/** A page this long gets a chunk of its own. */
const ENOUGH_FOR_PAGE_UNITS = 300;

/**
 * Cuts a text into passages of about a thousand characters, at the borders of sentences and, where
 * they come in time, of paragraphs and pages. Ordered, never overlapping, never empty, and every
 * character that is not white space lies in exactly one.
 */
export function chunkText(text: string, pageStarts: number[] | null): Chunk[] {
  const spans = sentences(text);
  const pages = new Set(pageStarts ?? []);
  const chunks: Chunk[] = [];
  // A piece runs to where the next sentence begins, so that nothing between two can be lost.
  let open = 0;
  let length = 0;
  for (const [index, span] of spans.entries()) {
    const isFirst = index === 0;
    if (!isFirst && endsBefore(text, spans, index, length, pages)) {
      push(text, open, span.start, chunks);
      open = span.start;
    }
    length = span.end - open;
  }
  push(text, open, text.length, chunks);
  return chunks;
}

function endsBefore(
  text: string,
  spans: Chunk[],
  index: number,
  length: number,
  pages: Set<number>,
): boolean {
  const span = spans[index];
  const previous = spans[index - 1];
  if (!span || !previous) return false;
  const nextLength = length + (span.end - previous.end);
  if (nextLength > TARGET_UNITS) return true;
  if (pages.has(span.start) && length >= ENOUGH_FOR_PAGE_UNITS) return true;
  if (length < ENOUGH_UNITS || !isParagraphBorder(text, previous.end, span.start)) return false;
  return length + paragraphLength(text, span.start) > TARGET_UNITS;
}

function isParagraphBorder(text: string, from: number, to: number): boolean {
  return text.slice(from, to).includes('\n\n');
}

function paragraphLength(text: string, start: number): number {
  const end = text.indexOf('\n\n', start);
  return (end === -1 ? text.length : end) - start;
}

function push(text: string, from: number, to: number, into: Chunk[]): void {
  let start = from;
  let end = to;
  while (start < end && text.charAt(start).trim() === '') start++;
  while (end > start && text.charAt(end - 1).trim() === '') end--;
  if (start < end) into.push({ start, end });
}
