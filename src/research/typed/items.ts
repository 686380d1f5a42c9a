import { type Candidate, candidatesFor } from './candidates';
import type { Choice } from './choose';
import type { Evidence, Passage } from './evidence';
import { textFound } from './extract/found';
import { namesOf } from './extract/names';
import { type Field, type Question, readField } from './field';
import type { ObjectKind } from './shape';
import { stemOf, wordsOf } from './words';

const MAX_ANCHORS = 60;
const BORDER = /;\s|,\s(?:and|while|whereas|but)\s|\s(?:and|while|whereas|but)\s/g;
/** A clause of its own item begins with its name. */
const OPENS_ITEM = /^(?:the\s)?["“]?[\p{Lu}\p{N}]/u;
const MAX_PIECES = 8;
/** A sentence that speaks of what the one before it named. */
const GOES_ON = /^(?:It|Its|He|She|His|Her|They|Their|This)\b/;

/**
 * The property that says which item it is: a name among its strings. Null when items have none,
 * and then what they state tells them apart.
 */
export function anchorOf(kind: ObjectKind, question: Question): string | null {
  for (const [name, shape] of kind.properties) {
    if (!shape.kinds.some((one) => one.type === 'string' && one.format === null)) continue;
    const field = readField(name, shape, [], question);
    if (field.isIdentity || /^(?:person|organisation|place|name)$/.test(field.role)) return name;
  }
  return null;
}

/** Passages in which an item may stand, in the order of the pages. */
export function itemPassages(
  array: Field,
  properties: readonly Field[],
  evidence: Evidence,
  within: readonly Passage[] | null,
): Candidate[] {
  const best = new Map<Passage, Candidate>();
  for (const field of [array, ...properties]) {
    for (const candidate of candidatesFor(field, evidence, within)) {
      const known = best.get(candidate.passage);
      const score = candidate.score + (known?.score ?? 0);
      best.set(candidate.passage, { ...candidate, score });
    }
  }
  return [...best.values()]
    .sort((a, b) => b.score - a.score || a.passage.order - b.passage.order)
    .slice(0, MAX_ANCHORS)
    .sort((a, b) => a.passage.order - b.passage.order);
}

/** Clauses of a passage as passages of their own: "A scored 1 and B scored 2" are two items. */
export function clausesOf(passage: Passage): Passage[] {
  const pieces: Passage[] = [];
  let from = 0;
  const borders = [...passage.text.matchAll(BORDER)]
    .map((match) => ({ start: match.index, end: match.index + match[0].length }))
    .filter(({ end }) => OPENS_ITEM.test(passage.text.slice(end)));
  for (const { start, end } of [
    ...borders,
    { start: passage.text.length, end: passage.text.length },
  ]) {
    if (start > from) pieces.push(pieceOf(passage, from, start));
    from = end;
  }
  return pieces.length > MAX_PIECES ? [] : pieces;
}

function pieceOf(passage: Passage, from: number, to: number): Passage {
  const text = passage.text.slice(from, to);
  const words = wordsOf(text);
  return {
    ...passage,
    start: passage.start + from,
    end: passage.start + to,
    text,
    words,
    stems: new Set(words.map((word) => word.stem)),
  };
}

/** The passage and what goes on about the same in its paragraph, two passages at most. */
export function paragraphOf(passage: Passage, evidence: Evidence): Passage[] {
  const found = [passage];
  for (const next of evidence.passages.slice(passage.order + 1, passage.order + 3)) {
    const gap = passage.page.text.slice(found.at(-1)?.end, next.start);
    if (next.page !== passage.page || /\n\s*\n/.test(gap) || !GOES_ON.test(next.text)) break;
    found.push(next);
  }
  return found;
}

/** The first name of a passage, as the item's: it has no word of its own to be found by. */
export function leadingName(
  passage: Passage,
  evidence: Evidence,
  question: Question,
  maxLength: number,
): Choice | null {
  const names = namesOf(passage.text, evidence);
  // A question that names several things asks for them as items; one that names one, for its own.
  const asksForNamed = namesOf(question.text, evidence).length > 1;
  const isAsked = (text: string) =>
    !asksForNamed && wordsOf(text).every((word) => question.proper.includes(stemOf(word.text)));
  const name = names.find(({ text }) => !isAsked(text));
  const found = name && textFound(passage.text, name.start, name.end, 0.6);
  if (!found || String(found.value).length > maxLength) return null;
  const candidate: Candidate = {
    passage,
    matches: [],
    coverage: 0.5,
    subject: 0.5,
    hasHead: false,
    score: 0.5,
  };
  return { value: found.value, key: found.key, confidence: 0.5, readings: [{ found, candidate }] };
}
