import { STOP_WORDS } from '../../text/stopWords';
import type { Candidate } from '../candidates';
import type { Evidence, Passage } from '../evidence';
import type { Field } from '../field';
import { wordsOf } from '../words';
import { MONTH_NAME } from './dates';
import { type Accepts, type Found, textFound } from './found';
import { type NameSpan, namesOf } from './names';
import { relation } from './relations';

const JOINED = /^(?:,?\s(?:and|&)\s|,\s)$/;

/** Names that `candidate` gives to the field; each with how plainly the sentence says so. */
export function findNames(
  candidate: Candidate,
  field: Field,
  evidence: Evidence,
  accepts: Accepts,
): Found[] {
  const { passage } = candidate;
  const all = namesOf(passage.text, evidence).map((name) => widened(name, passage, field));
  const read = (names: NameSpan[], weight: number) =>
    names.flatMap((name) => {
      const strength = weight * relationTo(name, candidate, field);
      const found = strength < 0.3 ? null : textFound(passage.text, name.start, name.end, strength);
      return found && accepts(found.value) ? [found] : [];
    });
  const named = all.filter((name) => !isMatched(name, candidate));
  const others = read(
    named.filter((name) => !isAsked(name, field)),
    1,
  );
  // The Treaty of Lindau may well be signed in Lindau.
  return others.length > 0 || field.role !== 'place' ? others : read(named, 0.6);
}

/** Only the question's own words: it is asked about, so it is hardly the answer. */
function isAsked(name: NameSpan, field: Field): boolean {
  return wordsOf(name.text).every(
    (word) => field.question.stems.includes(word.stem) || STOP_WORDS.has(word.text.toLowerCase()),
  );
}

/** How plainly the sentence relates a name to the best of the matched words. */
function relationTo(name: NameSpan, candidate: Candidate, field: Field): number {
  const relations = candidate.matches.map(
    (match) => relation(name, match, candidate, field) * (match.isHead ? 1 : 0.7),
  );
  return Math.max(0, ...relations);
}

/** "Austin, Texas" is one place, unless a city alone is asked for. */
function widened(name: NameSpan, passage: Passage, field: Field): NameSpan {
  if (
    field.role !== 'place' ||
    !field.own.some((t) => /^(?:headquart|locat|venu|hq|place|birthplac)/.test(t.stem))
  )
    return name;
  const more = /^,\s\p{Lu}[\p{L}.]*(?:\s\p{Lu}\p{L}+)?(?=[\s.,;)]|$)/u.exec(
    passage.text.slice(name.end),
  );
  if (!more || new RegExp(MONTH_NAME, 'i').test(more[0])) return name;
  const end = name.end + more[0].length;
  return { text: passage.text.slice(name.start, end), start: name.start, end };
}

/** A name made only of the field's own words, like "Chief Executive Officer". */
function isMatched(name: NameSpan, candidate: Candidate): boolean {
  const words = candidate.passage.words;
  const inside = words.flatMap((word, at) =>
    word.start >= name.start && word.end <= name.end ? [at] : [],
  );
  return inside.every((at) => candidate.matches.some((match) => match.from <= at && at < match.to));
}

/** The names joined to `seed` by commas and "and": a list of which it is one. */
export function joinedNames(
  seed: Found,
  passage: Passage,
  field: Field,
  evidence: Evidence,
  accepts: Accepts,
): Found[] {
  const names = namesOf(passage.text, evidence)
    .filter((name) => !isAsked(name, field))
    .filter((name) => name.end <= seed.start || name.start >= seed.end)
    .flatMap((name) => textFound(passage.text, name.start, name.end, seed.strength) ?? [])
    .filter((found) => accepts(found.value));
  return coordinated(seed, [seed, ...names], passage.text);
}

/** The values joined to `seed` by commas and "and". */
export function coordinated(seed: Found, found: readonly Found[], text: string): Found[] {
  const sorted = found.toSorted((a, b) => a.start - b.start);
  const at = sorted.findIndex((one) => one.start === seed.start);
  const isJoined = (left: Found | undefined, right: Found | undefined) =>
    left !== undefined && right !== undefined && JOINED.test(text.slice(left.end, right.start));
  let from = at;
  let to = at;
  while (isJoined(sorted[from - 1], sorted[from])) from--;
  while (isJoined(sorted[to], sorted[to + 1])) to++;
  return sorted.slice(from, to + 1);
}

/** The name of what the question is about, as the passage writes it. */
export function findSubject(
  passage: Passage,
  field: Field,
  evidence: Evidence,
  accepts: Accepts,
): Found[] {
  const { proper, stems } = field.question;
  const wanted = proper.length > 0 ? proper : stems;
  return namesOf(passage.text, evidence).flatMap((name) => {
    const words = wordsOf(name.text);
    const shared = words.filter((word) => wanted.includes(word.stem)).length;
    if (shared === 0) return [];
    const strength =
      0.8 * (shared / words.length) * (shared / Math.max(shared, proper.length || 1));
    const found = textFound(passage.text, name.start, name.end, strength);
    return found && strength >= 0.4 && accepts(found.value) ? [found] : [];
  });
}
