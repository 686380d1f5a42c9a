import type { Candidate, Match } from '../candidates';
import { placesOf } from '../candidates';
import type { Field } from '../field';
import type { Found } from './found';

const NEGATOR =
  /\b(?:not|never|no|none|without|lacks?|lacking|neither|nor|cannot|excludes?|excluding|fails? to|failed to|ceased to)\b|n['’]t\b|\bnon-?$/gi;
const NOT_ONLY = /\bnot only\b/gi;
const NEGATED_AFTER =
  /^(?:\s[\p{L}-]+){0,3}?\s(?:(?:is|are|was|were|does|do|did|has|have|had|can|will|would|could)\s?(?:not|n['’]t|never)|isn['’]t|aren['’]t|wasn['’]t|weren['’]t|cannot|can['’]t|won['’]t)\b/iu;
const HEDGE =
  /\b(?:if|whether|may|might|could|would|perhaps|possibly|reportedly|rumou?red|allegedly|unclear|unless|should|plans? to|expected to)\b|\?\s*$/i;
const CLAUSE_BORDER =
  /[;:.]\s|,\s(?:but|while|whereas|although|though|and)\s|\s(?:but|while|whereas|although)\s/g;

/** True or false as the sentence affirms or denies the field's words; null when it does neither. */
export function findBoolean(candidate: Candidate, field: Field): Found | null {
  const { passage } = candidate;
  const needed = field.isFromQuestion
    ? 1
    : field.own.length <= 2
      ? field.own.length
      : field.own.length - 1;
  const places = field.own.flatMap((term) => placesOf(term, passage).slice(0, 1));
  if (places.length < needed || places.length === 0) return null;
  const first = places.reduce((a, b) => (a.from < b.from ? a : b));
  const last = places.reduce((a, b) => (a.to > b.to ? a : b));
  const start = passage.words[first.from]?.start ?? 0;
  const end = passage.words[last.to - 1]?.end ?? start;
  const clause = clauseAround(passage.text, start, end);
  if (clause.end - clause.start > 300 || HEDGE.test(clause.text)) return null;
  const negations = negationsOf(
    clause.text,
    start - clause.start,
    end - clause.start,
    places,
    candidate,
  );
  if (negations > 1) return null;
  const value = negations === 0;
  const strength = (places.length / Math.max(1, field.own.length)) * (end - start > 60 ? 0.6 : 0.9);
  return { value, key: String(value), start, end, strength };
}

function clauseAround(text: string, start: number, end: number) {
  let from = 0;
  let to = text.length;
  for (const { 0: border, index } of text.matchAll(CLAUSE_BORDER)) {
    if (index + border.length <= start) from = index + border.length;
    if (index >= end) {
      to = Math.min(to, index);
      // The question mark of the sentence is part of its last clause.
      break;
    }
  }
  const tail = text.slice(to).trimEnd().endsWith('?') ? '?' : '';
  return { start: from, end: to, text: text.slice(from, to) + tail };
}

/** How many negations reach the words between `start` and `end` of a clause. */
function negationsOf(
  clause: string,
  start: number,
  end: number,
  places: Pick<Match, 'from' | 'to'>[],
  candidate: Candidate,
): number {
  const plain = clause.replace(NOT_ONLY, (words) => ' '.repeat(words.length));
  let count = 0;
  for (const { 0: negator, index } of plain.slice(0, end).matchAll(NEGATOR)) {
    const between = plain.slice(index + negator.length, Math.max(index + negator.length, start));
    const words = between.match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
    if (words <= 6 && !/[,;]/.test(between)) count++;
  }
  if (NEGATED_AFTER.test(plain.slice(end))) count++;
  return count + (startsWithUn(places, candidate) ? 1 : 0);
}

/** "non-refundable": the hyphen leaves "non" as a word of its own, or none. */
function startsWithUn(places: Pick<Match, 'from' | 'to'>[], candidate: Candidate): boolean {
  const { words, text } = candidate.passage;
  return places.some((place) => {
    const before = words[place.from - 1];
    const here = words[place.from];
    return (
      before && here && /^non$/i.test(before.text) && text.slice(before.end, here.start) === '-'
    );
  });
}
