import { STOP_WORDS } from '../text/stopWords';
import type { Evidence, Passage } from './evidence';
import { type Field, strictTerms, type Term } from './field';
import { STRICT_MODIFIERS } from './lexicon';

/** Where a term of the field stands in a passage: places of words, `to` exclusive. */
export interface Match {
  from: number;
  to: number;
  isHead: boolean;
}

/** A passage that speaks of a field. */
export interface Candidate {
  passage: Passage;
  matches: Match[];
  /** Share of the field's own terms that the passage has. */
  coverage: number;
  /** Share of the question's words that the passage, or what it stands under, has. */
  subject: number;
  hasHead: boolean;
  /** How much it speaks of the field; comparable between the passages of one field. */
  score: number;
}

const MAX_CANDIDATES = 40;

/** The passages that speak of `field`, best first; all of them, or those of `within`. */
export function candidatesFor(
  field: Field,
  evidence: Evidence,
  within: readonly Passage[] | null,
): Candidate[] {
  const own = lookUp(field.own, field, evidence, within).filter(
    ({ passage, matches }) => hasStrictTerms(field, passage) && matches.length > 0,
  );
  if (own.length > 0 || field.isIdentity) return own;
  for (const terms of [field.described, field.asked]) {
    const enough = terms === field.described ? Math.min(2, terms.length) : 1;
    const found = lookUp(terms, field, evidence, within)
      .filter(({ coverage, matches }) => coverage >= 0.5 && matches.length >= enough)
      .map((candidate) => ({ ...candidate, score: candidate.score * 0.7 }));
    if (found.length > 0) return found;
  }
  return [];
}

function lookUp(
  terms: Term[],
  field: Field,
  evidence: Evidence,
  within: readonly Passage[] | null,
): Candidate[] {
  const passages =
    within ?? [...ordersOf(terms, evidence)].flatMap((at) => evidence.passages[at] ?? []);
  const found: Candidate[] = [];
  for (const passage of passages) {
    const candidate = candidateOf(terms, field, passage, evidence);
    if (candidate) found.push(candidate);
  }
  return found
    .sort((a, b) => b.score - a.score || a.passage.order - b.passage.order)
    .slice(0, MAX_CANDIDATES);
}

function ordersOf(terms: Term[], evidence: Evidence): Set<number> {
  const orders = new Set<number>();
  for (const phrase of terms.flatMap((term) => term.phrases)) {
    const rarest = phrase
      .map((stem) => evidence.postings.get(stem))
      .filter((list, at) => list !== undefined || !STOP_WORDS.has(phrase[at] ?? ''))
      .reduce<number[] | undefined>(
        (best, list) =>
          best === undefined || (list?.length ?? 0) < best.length ? (list ?? []) : best,
        undefined,
      );
    for (const order of rarest ?? []) orders.add(order);
  }
  return orders;
}

function candidateOf(
  terms: Term[],
  field: Field,
  passage: Passage,
  evidence: Evidence,
): Candidate | null {
  const matches: Match[] = [];
  let gained = 0;
  let whole = 0;
  let hasHead = false;
  for (const [at, term] of terms.entries()) {
    const isHead = at === terms.length - 1;
    const weight = rarity(term, evidence) * (isHead ? 2 : 1);
    whole += weight;
    const places = placesOf(term, passage);
    if (places.length === 0) continue;
    gained += weight;
    hasHead ||= isHead;
    matches.push(...places.map((place) => ({ ...place, isHead })));
  }
  if (matches.length === 0 || !isAboutSubject(field, passage, evidence)) return null;
  const coverage = gained / whole;
  const subject = subjectShare(field, passage, evidence);
  const { stems } = passage;
  const described = field.described.filter((term) => stems.has(term.stem)).length;
  const parents = [...field.parents].filter((stem) => stems.has(stem)).length;
  const score =
    coverage +
    0.6 * subject +
    (0.25 * described) / Math.max(1, field.described.length) +
    (0.2 * parents) / Math.max(1, field.parents.size) +
    (passage.finding ? 0.15 : 0);
  const weight = isOtherExtreme(field, passage) ? 0.7 : 1;
  return { passage, matches, coverage, subject, hasHead, score: score * weight };
}

/** "The maximum dose" is not what a field `dose` asks for first. */
function isOtherExtreme(field: Field, { stems }: Passage): boolean {
  for (const stem of STRICT_MODIFIERS) {
    if (stems.has(stem) && !field.own.some((term) => term.stem === stem)) return true;
  }
  return false;
}

/** Inverse document frequency, from 0.2 up, over the passages. */
function rarity(term: Term, evidence: Evidence): number {
  return stemRarity(term.phrases[0]?.[0] ?? '', evidence);
}

function stemRarity(stem: string, evidence: Evidence): number {
  const count = evidence.postings.get(stem)?.length ?? 0;
  return 0.2 + Math.log(1 + evidence.passages.length / (1 + count));
}

/** Places of a term's phrases among the words, not overlapping, the longest phrase first. */
export function placesOf(
  term: Term,
  { words, stems }: Pick<Passage, 'words' | 'stems'>,
): { from: number; to: number }[] {
  const places: { from: number; to: number }[] = [];
  for (const phrase of term.phrases) {
    if (!phrase.every((stem) => stems.has(stem))) continue;
    for (let from = 0; from + phrase.length <= words.length; from++) {
      if (words[from]?.stem !== phrase[0]) continue;
      if (!phrase.every((stem, at) => words[from + at]?.stem === stem)) continue;
      const to = from + phrase.length;
      if (!places.some((place) => place.from < to && from < place.to)) places.push({ from, to });
    }
  }
  return places.sort((a, b) => a.from - b.from);
}

function hasStrictTerms(field: Field, passage: Passage): boolean {
  return strictTerms(field).every(
    (term) =>
      placesOf(term, passage).length > 0 || (field.extreme !== null && RANGE.test(passage.text)),
  );
}

/** One end of a range is a minimum, the other a maximum. */
const RANGE = /\d\s?(?:[–—-]|to|and)\s?\d/;

/** False for a page that never names what the question names. */
function isAboutSubject(field: Field, passage: Passage, evidence: Evidence): boolean {
  const { proper } = field.question;
  const stems = evidence.pageStems.get(passage.page);
  return proper.length === 0 || proper.some((stem) => stems?.has(stem));
}

function subjectShare(field: Field, passage: Passage, evidence: Evidence): number {
  const { proper } = field.question;
  const stems = field.subject;
  if (stems.length === 0) return 1;
  const here = passage.stems;
  const title = evidence.titles.get(passage.page);
  const before = evidence.passages[passage.order - 1];
  const above = before?.page === passage.page ? before.stems : undefined;
  let gained = 0;
  let whole = 0;
  for (const stem of stems) {
    const weight = stemRarity(stem, evidence) * (proper.includes(stem) ? 2 : 1);
    whole += weight;
    gained += weight * (here.has(stem) ? 1 : title?.has(stem) ? 0.6 : above?.has(stem) ? 0.5 : 0);
  }
  const isOfAnother =
    proper.length > 0 && !proper.some((stem) => here.has(stem)) && startsWithOther(passage);
  return (gained / whole) * (isOfAnother ? 0.3 : 1);
}

/** "The X300 …": begins with a name, and the question's is nowhere in the sentence. */
function startsWithOther(passage: Passage): boolean {
  return /^(?:The |In contrast, |Unlike )?\p{Lu}[\p{L}-]*[ -]?(?:\p{Lu}|\p{N})/u.test(passage.text);
}
