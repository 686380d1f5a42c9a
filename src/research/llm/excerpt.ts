import { terms } from '../text/terms';
import { MAX_PAGE_UNITS, readRanges } from '../text/window';
import type { Page } from '../types';
import { maxTokens, withinTokens } from './tokens';

export interface ExcerptInput {
  page: Pick<Page, 'text' | 'spans' | 'readLength'>;
  questions: readonly string[];
  /** By the bound of {@link maxTokens}. */
  maxTokens: number;
}

/** Between parts of a page that do not stand together. */
const BREAK = '\n\n';
/** Of the room, for the opening of the page: it tells what the page is about. */
const LEAD_SHARE = 0.15;

/**
 * What of a page is shown to a model: all that the job reads of it when it fits, else its opening
 * and the paragraphs that share most with the questions, in their order.
 */
export function excerpt({ page, questions, maxTokens: room }: ExcerptInput): string {
  const ranges = readRanges(page, page.readLength ?? MAX_PAGE_UNITS);
  const read = ranges.map(({ start, end }) => page.text.slice(start, end)).join(BREAK);
  if (maxTokens(read) <= room) return read;
  const paragraphs = read
    .split(/\n\s*\n/)
    .flatMap((text) => pieces(text, Math.floor(room / 2)))
    .map((text, index) => ({ text, index, size: maxTokens(text) + BREAK.length }));
  const asked = new Set(questions.flatMap(terms));
  const lead = withinTokens(paragraphs[0]?.text ?? '', Math.floor(room * LEAD_SHARE));
  let left = room - maxTokens(lead) - BREAK.length;
  const kept = paragraphs
    .slice(1)
    .map((paragraph) => ({ ...paragraph, score: sharedTerms(paragraph.text, asked) }))
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .filter(({ size }) => {
      if (size > left) return false;
      left -= size;
      return true;
    })
    .sort((a, b) => a.index - b.index);
  return [lead, ...kept.map(({ text }) => text)].join(BREAK);
}

/** A long paragraph in parts that fit, cut at spaces where there are some. */
function pieces(text: string, room: number): string[] {
  const parts: string[] = [];
  for (let rest = text; rest !== ''; ) {
    const part = withinTokens(rest, Math.max(4, room));
    const space = part.length < rest.length ? part.lastIndexOf(' ') : -1;
    const cut = space > part.length / 2 ? space : part.length;
    parts.push(rest.slice(0, cut));
    rest = rest.slice(cut).trimStart();
  }
  return parts;
}

function sharedTerms(text: string, asked: ReadonlySet<string>): number {
  return new Set(terms(text).filter((term) => asked.has(term))).size;
}
