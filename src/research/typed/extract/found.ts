import type { Candidate, Match } from '../candidates';
import type { Passage } from '../evidence';

export type Scalar = string | number | boolean;

/** A value read from a passage; `start` and `end` are offsets into the passage's text. */
export interface Found {
  value: Scalar;
  /** What is equal says the same: how sources are compared. */
  key: string;
  start: number;
  end: number;
  /** How surely the passage gives this value to the field: 0 to 1. */
  strength: number;
}

export type Accepts = (value: Scalar) => boolean;

/**
 * How closely a span stands to a matched word: 1 beside it, less with each word and each border
 * of a clause between them.
 */
export function closeness(passage: Passage, match: Match, start: number, end: number): number {
  const first = passage.words[match.from];
  const last = passage.words[match.to - 1];
  if (!first || !last) return 0;
  if (start < last.end && first.start < end) return 1;
  const between =
    start >= last.end ? passage.text.slice(last.end, start) : passage.text.slice(end, first.start);
  const words = between.match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
  const borders = between.match(/[;:()—]|,(?!\d)|\s(?:and|but|while|whereas|or)\s/g)?.length ?? 0;
  const breaks = between.match(/[;]|\s(?:but|while|whereas)\s/g)?.length ?? 0;
  return 1 / (1 + 0.12 * words + 0.35 * borders + breaks);
}

/** The closeness to the nearest match, the head's counting most. */
export function nearness(candidate: Candidate, start: number, end: number): number {
  let best = 0;
  for (const match of candidate.matches) {
    const weight = match.isHead || !candidate.hasHead ? 1 : 0.7;
    best = Math.max(best, weight * closeness(candidate.passage, match, start, end));
  }
  return best;
}

/** The strongest, the first of equals. */
export function strongest(found: readonly Found[]): Found | null {
  return found.reduce<Found | null>(
    (best, one) => (best === null || one.strength > best.strength ? one : best),
    null,
  );
}

/** The text of a span as one line, and whether the span is worth a value. */
export function textFound(
  text: string,
  start: number,
  end: number,
  strength: number,
): Found | null {
  let from = start;
  let to = end;
  while (from < to && /[\s,;:"“”'‘’()[\]*_|–—-]/.test(text.charAt(from))) from++;
  while (to > from && /[\s,;:"“”'‘’([*_|–—.-]/.test(text.charAt(to - 1))) to--;
  const value = text.slice(from, to).replace(/\s+/g, ' ');
  if (!/[\p{L}\p{N}]/u.test(value) || value.length > MAX_VALUE_UNITS) return null;
  return { value, key: value.toLowerCase().replace(/^the /, ''), start: from, end: to, strength };
}

export const MAX_VALUE_UNITS = 200;
