import type { Passage } from '../../../views/pages/source/passages';

/** A text up to this is shown whole. */
const WHOLE_LENGTH = 200_000;
/** What is shown on each side of a quote of a longer one. */
const CONTEXT_LENGTH = 4_000;

interface Span {
  start: number;
  end: number;
}

interface Mark extends Span {
  ids: string[];
}

/** The text with its quotes marked (offsets in UTF-16 code units). Quotes that overlap share a mark;
 * of a long text only what stands around them is shown. */
export function passagesOf(text: string, quotes: readonly Span[]): Passage[] {
  const marks = marksOf(quotes);
  const shown =
    text.length <= WHOLE_LENGTH ? [{ start: 0, end: text.length }] : around(marks, text);
  const passages: Passage[] = [];
  let position = 0;
  for (const window of shown) {
    if (window.start > position)
      passages.push({ kind: 'omitted', length: window.start - position });
    position = window.start;
    for (const { start, end, ids } of marks) {
      if (start < window.start || end > window.end) continue;
      pushPlain(passages, text.slice(position, start));
      passages.push({ kind: 'marked', text: text.slice(start, end), ids });
      position = end;
    }
    pushPlain(passages, text.slice(position, window.end));
    position = window.end;
  }
  if (position < text.length) passages.push({ kind: 'omitted', length: text.length - position });
  return passages;
}

function pushPlain(passages: Passage[], text: string): void {
  if (text !== '') passages.push({ kind: 'plain', text: text.toWellFormed() });
}

function marksOf(quotes: readonly Span[]): Mark[] {
  const marks: Mark[] = [];
  for (const { start, end } of quotes.toSorted((a, b) => a.start - b.start)) {
    const last = marks.at(-1);
    const id = `quote-${start}`;
    if (!last || start >= last.end) {
      marks.push({ start, end, ids: [id] });
      continue;
    }
    last.end = Math.max(last.end, end);
    if (!last.ids.includes(id)) last.ids.push(id);
  }
  return marks;
}

/** Windows around the marks, those that touch each other as one; the beginning if nothing is marked. */
function around(marks: readonly Mark[], text: string): Span[] {
  if (marks.length === 0) return [{ start: 0, end: CONTEXT_LENGTH }];
  const windows: Span[] = [];
  for (const mark of marks) {
    const start = Math.max(0, mark.start - CONTEXT_LENGTH);
    const end = Math.min(text.length, mark.end + CONTEXT_LENGTH);
    const last = windows.at(-1);
    if (last && start <= last.end) last.end = end;
    else windows.push({ start, end });
  }
  return windows;
}
