import { terms } from '../text/terms';
import { MAX_PAGE_UNITS, readRanges } from '../text/window';
import type { Page } from '../types';
import { isSurelyWithin, maxTokens, withinTokens } from './tokens';

export interface ExcerptInput {
  page: Pick<Page, 'text' | 'spans' | 'readLength'>;
  questions: readonly string[];
  /** By the bound of {@link maxTokens}. */
  maxTokens: number;
}

/** Between parts of a page that do not stand together. */
const BREAK = '\n\n';
/** More than any character has: a part always ends. */
const MIN_PIECE_TOKENS = 64;
/** Of the room, for the opening of the page: it tells what the page is about. */
const LEAD_SHARE = 0.15;

/** All that the job reads of a page when that surely fits; null when it has to be looked at closely.
 * Costs next to nothing. */
export function wholeExcerpt({ page, maxTokens: room }: ExcerptInput): string | null {
  const read = readOf(page);
  return isSurelyWithin(read, room) ? read : null;
}

/**
 * What of a page is shown to a model: all that the job reads of it when it fits, else its opening
 * and the paragraphs that share most with the questions, in their order.
 */
export function excerpt({ page, questions, maxTokens: room }: ExcerptInput): string {
  const read = readOf(page);
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

function readOf(page: ExcerptInput['page']): string {
  const ranges = readRanges(page, page.readLength ?? MAX_PAGE_UNITS);
  return ranges.map(({ start, end }) => page.text.slice(start, end)).join(BREAK);
}

/** A long paragraph in parts that fit, cut at spaces where there are some. */
function pieces(text: string, room: number): string[] {
  const parts: string[] = [];
  for (let rest = text; rest !== ''; ) {
    const part = withinTokens(rest, Math.max(MIN_PIECE_TOKENS, room));
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
