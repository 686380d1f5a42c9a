import type { Candidate } from '../candidates';
import { type Accepts, type Found, nearness } from './found';

const TOKEN = /[^\s<>"“”|]+/g;
const LEFT = /^[([{'‘*_,;:]+/;
const RIGHT = /[)\]}'’*_,;:.!?]+$/;
const MAX_TOKENS = 80;
const MAX_JOINED = 4;
const MAX_URI_UNITS = 2_000;

/**
 * Runs of one to four words that the field accepts as they stand: for what a format or a pattern
 * describes (addresses, codes, numbers of things).
 */
export function findTokens(candidate: Candidate, longest: number, accepts: Accepts): Found[] {
  const { text } = candidate.passage;
  const tokens = [...text.matchAll(TOKEN)].slice(0, MAX_TOKENS).flatMap((match) => trimmed(match));
  const found: Found[] = [];
  for (let from = 0; from < tokens.length; from++) {
    for (let count = 1; count <= Math.min(longest, MAX_JOINED); count++) {
      const first = tokens[from];
      const last = tokens[from + count - 1];
      if (!first || !last) break;
      const value = text.slice(first.start, last.end);
      if (value.length > MAX_URI_UNITS || !accepts(value)) continue;
      const strength = 0.3 + 0.65 * nearness(candidate, first.start, last.end);
      found.push({ value, key: value.toLowerCase(), start: first.start, end: last.end, strength });
    }
  }
  return found;
}

function trimmed({ 0: word, index }: RegExpExecArray): { start: number; end: number }[] {
  const left = LEFT.exec(word)?.[0].length ?? 0;
  const right = RIGHT.exec(word.slice(left))?.[0].length ?? 0;
  const start = index + left;
  const end = index + word.length - right;
  return start < end ? [{ start, end }] : [];
}

/** For format `uri`: what has a scheme and a host; a bare word with a colon is none. */
export const LOOKS_LIKE_URI = /^(?:https?|ftp):\/\/[^\s/]+\.[^\s/]/i;
