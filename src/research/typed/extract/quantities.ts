import { type Candidate, placesOf } from '../candidates';
import { type Field, strictTerms } from '../field';
import { STRICT_MODIFIERS } from '../lexicon';
import type { NumberKind } from '../shape';
import { converted } from '../units';
import { type Accepts, type Found, nearness, textFound } from './found';
import { type NumberSpan, numbersOf } from './numbers';

const NEGATED =
  /\b(?:not|never|no longer|isn['’]t|wasn['’]t|doesn['’]t|didn['’]t)\s(?:[\p{L}]+\s){0,2}(?:US)?[$€£]?$/iu;
const MIN_STRENGTH = 0.3;
const NOT_NOUNS = /^(?:is|was|has|its|this|as|across|plus|versus|always|perhaps|less|hours|s)$/;

/** Numbers in `candidate` that measure or count what the field asks for. */
export function findNumbers(
  candidate: Candidate,
  field: Field,
  kind: NumberKind,
  accepts: Accepts,
): Found[] {
  const onlyRanges = saysNoExtreme(candidate, field);
  return numbersOf(candidate.passage.text).flatMap((span) => {
    if (onlyRanges && span.rangeEnd === null) return [];
    const value = normalised(span, field, kind);
    if (value === null || !accepts(value)) return [];
    const strength = strengthOf(span, candidate, field);
    if (strength < MIN_STRENGTH) return [];
    return [{ value, key: String(value), start: span.start, end: span.end, strength }];
  });
}

/** The same for a string field: `500 mg`, as it stands. */
export function findQuantityTexts(candidate: Candidate, field: Field, accepts: Accepts): Found[] {
  return numbersOf(candidate.passage.text).flatMap((span) => {
    if (!fitsDimension(span, field) || span.looksLikeYear) return [];
    const found = textFound(
      candidate.passage.text,
      span.start,
      span.end,
      strengthOf(span, candidate, field),
    );
    return found && accepts(found.value) && found.strength >= MIN_STRENGTH ? [found] : [];
  });
}

/** True when a minimum or maximum is asked for and the passage has no such word. */
function saysNoExtreme({ passage }: Candidate, field: Field): boolean {
  return strictTerms(field).some((term) => placesOf(term, passage).length === 0);
}

function normalised(span: NumberSpan, field: Field, kind: NumberKind): number | null {
  if (!fitsDimension(span, field)) return null;
  let value: number | null = span.value;
  if (field.unit && span.unit) value = converted(value, span.unit, field.unit);
  if (value === null) return null;
  // A share between 0 and 1 is what a client that caps it at 1 asks for.
  const isFraction =
    span.unit?.dimension === 'share' && Math.min(kind.maximum, kind.exclusiveMaximum) <= 1;
  return isFraction ? Number((value / 100).toPrecision(12)) : value;
}

function fitsDimension(span: NumberSpan, field: Field): boolean {
  if (
    span.rangeEnd !== null &&
    span.rangeEnd !== (field.extreme === 'min' ? 'low' : field.extreme === 'max' ? 'high' : null)
  )
    return false;
  const { unit } = span;
  if (unit === null) {
    // Beside the low end of a range the unit is not repeated.
    return span.rangeEnd === 'low' || field.dimension === null || field.dimension === 'share'
      ? !span.looksLikeYear
      : field.unit === null && !span.looksLikeYear;
  }
  if (field.dimension !== null) return unit.dimension === field.dimension;
  const names = field.own.flatMap((term) => term.phrases.flat());
  if (names.includes(unit.name)) return true;
  return unit.dimension === 'share' || hasOpenDimension(field);
}

/** Words that measure something, though not always in one dimension. */
const MEASURES =
  /^(?:dose|dosag|capac|speed|veloc|batteri|life|half lif|half|size|storag|memori|power|rang|latenc|rate|maximum|max|warranti|limit|volum|frequenc|energi|strength|fund|invest|sale|earn|profit|salari|time|period|term|delai|run|screen|displai|thick|expect|valu|net|loss|damag|grant|prize|award|fine|tax|debt|asset|wage|span)$/;

function hasOpenDimension(field: Field): boolean {
  return field.own.some((term) => MEASURES.test(term.stem));
}

function strengthOf(span: NumberSpan, candidate: Candidate, field: Field): number {
  const { passage } = candidate;
  if (NEGATED.test(passage.text.slice(Math.max(0, span.start - 40), span.start))) return 0;
  let strength = nearness(candidate, span.start, span.end);
  const unitAgrees = field.dimension !== null && span.unit?.dimension === field.dimension;
  if (!candidate.hasHead) strength *= unitAgrees ? 0.8 : 0.3;
  if (field.dimension !== null && !unitAgrees) strength *= 0.6;
  if (countsSomethingElse(span, candidate)) strength *= 0.35;
  strength *= modifierWeight(span, candidate, field);
  if (span.isOrdinal) strength *= 0.3;
  if (span.isApproximate) strength *= 0.95;
  return strength;
}

/** "a maximum depth of 120 m and an average depth of 45 m": the modifier right before it counts. */
function modifierWeight(span: NumberSpan, { passage }: Candidate, field: Field): number {
  const modifier = passage.words.findLast(
    (word) => word.end <= span.start && STRICT_MODIFIERS.has(word.stem),
  );
  if (!modifier || field.own.some((term) => term.stem === modifier.stem)) return 1;
  const synonyms = strictTerms(field).flatMap((term) => term.phrases.flat());
  if (synonyms.includes(modifier.stem)) return 1;
  return synonyms.length > 0 ? 0.2 : 0.6;
}

/** "30 countries" for a field of employees: the noun behind the number is not the field's. */
function countsSomethingElse(span: NumberSpan, candidate: Candidate): boolean {
  const { words } = candidate.passage;
  if (span.unit !== null) return false;
  const next = words.findIndex((word) => word.start >= span.end);
  if (next < 0) return false;
  const matched = candidate.matches.some(
    (match) =>
      match.from >= next && match.from <= next + 3 && isAdjacent(span, candidate, match.from),
  );
  if (matched) return false;
  const noun = words
    .slice(next, next + 3)
    .find((word) => /^\p{Ll}{3,}s$/u.test(word.text) && !NOT_NOUNS.test(word.text));
  const gap = noun ? candidate.passage.text.slice(span.end, noun.start) : '.';
  return /^[\s\p{L}-]*$/u.test(gap) && !/\b(?:in|on|at|by|and|for|as|with|of|to|from)\b/.test(gap);
}

function isAdjacent(span: NumberSpan, candidate: Candidate, at: number): boolean {
  const word = candidate.passage.words[at];
  return (
    word !== undefined &&
    /^(?:(?!\s(?:for|in|on|at|by|and|with|of|to|from)\s)[\s\p{L}’'-])*$/u.test(
      candidate.passage.text.slice(span.end, word.start),
    )
  );
}
