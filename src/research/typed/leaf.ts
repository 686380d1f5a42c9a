import { type Candidate, candidatesFor } from './candidates';
import { type Choice, choose, type Reading, weightOf } from './choose';
import type { Evidence, Passage } from './evidence';
import { findBoolean } from './extract/booleans';
import { findChoices } from './extract/choices';
import { findDates } from './extract/dates';
import { type Accepts, type Found, MAX_VALUE_UNITS, type Scalar, strongest } from './extract/found';
import { findBullets, findList } from './extract/lists';
import { coordinated, findNames, findSubject, joinedNames } from './extract/nameFields';
import { findDefinition, findPhrases } from './extract/phrases';
import { findNumbers, findQuantityTexts } from './extract/quantities';
import { findTokens, LOOKS_LIKE_URI } from './extract/tokens';
import type { Field } from './field';
import { hasFormat } from './schema';
import type { LeafKind, NumberKind, StringKind } from './shape';
import { stemOf, wordsOf } from './words';

/** Where values are looked for: everywhere, or only in the passages of one item. */
export interface Scope {
  evidence: Evidence;
  within: readonly Passage[] | null;
}

/** Weaker readings are no evidence. */
const MIN_STRENGTH = 0.3;
/** A second list is added when it is nearly as good as the best. */
const LIST_FROM = 0.75;
const MAX_ITEMS = 50;

/** The value of one field, or null when nothing says it. */
export function fillLeaf(kind: LeafKind, field: Field, scope: Scope): Choice | null {
  const readings = candidatesOf(kind, field, scope).flatMap((candidate): Reading[] => {
    const found = strongest(readingsOf(kind, field, candidate, scope.evidence));
    return found && found.strength >= MIN_STRENGTH ? [{ found, candidate }] : [];
  });
  return choose(readings, isComparable(kind, field));
}

/** The values of an array's field: one list, or single values of several passages. */
export function fillList(kind: LeafKind, field: Field, scope: Scope): Choice[] {
  const lists = candidatesOf(kind, field, scope)
    .map((candidate) => listOf(kind, field, candidate, scope.evidence))
    .filter((list) => list.length > 0);
  const best = (from: Reading[][]) => Math.max(0, ...from.map((list) => weightOf(heaviest(list))));
  const several = lists.filter((list) => list.length > 1);
  const chosen = several.length > 0 ? several : lists;
  const floor = best(chosen) * LIST_FROM;
  const byKey = new Map<string, Reading[]>();
  for (const reading of chosen.filter((list) => weightOf(heaviest(list)) >= floor).flat()) {
    byKey.set(reading.found.key, [...(byKey.get(reading.found.key) ?? []), reading]);
  }
  return [...byKey.values()]
    .slice(0, MAX_ITEMS)
    .flatMap((readings) => choose(readings, false) ?? []);
}

function heaviest(list: Reading[]): Reading {
  return list.reduce((a, b) => (weightOf(b) > weightOf(a) ? b : a));
}

/** Passages that speak of the field; for a choice, else those that name a member of it. */
function candidatesOf(kind: LeafKind, field: Field, { evidence, within }: Scope): Candidate[] {
  if (field.isIdentity || field.role === 'definition')
    return subjectCandidates(field, evidence, within);
  const candidates = candidatesFor(field, evidence, within);
  if (kind.type !== 'choice') return candidates;
  const found = candidates.filter(
    (candidate) => readingsOf(kind, field, candidate, evidence).length > 0,
  );
  return found.length > 0 ? found : memberCandidates(kind.members, field, evidence, within);
}

function subjectCandidates(field: Field, evidence: Evidence, within: readonly Passage[] | null) {
  const { proper, stems } = field.question;
  const wanted = proper.length > 0 ? proper : stems;
  const own = wanted.map((stem) => ({ stem, phrases: [[stem]] }));
  return candidatesFor({ ...field, own, described: [] }, evidence, within);
}

/** "was discontinued" speaks of a status that may be "discontinued", if it is about the subject. */
function memberCandidates(
  members: readonly Scalar[],
  field: Field,
  evidence: Evidence,
  within: readonly Passage[] | null,
): Candidate[] {
  const phrases = members
    .filter((member) => typeof member === 'string' && member.length > 2)
    .map((member) => wordsOf(String(member).replaceAll('_', ' ')).map((word) => stemOf(word.text)))
    .filter((phrase) => phrase.length > 0)
    .sort((a, b) => b.length - a.length);
  const own = [{ stem: phrases[0]?.join(' ') ?? '', phrases }];
  const { proper } = field.question;
  return candidatesFor({ ...field, own, described: [] }, evidence, within)
    .filter(
      ({ passage, subject }) => subject >= 0.4 || proper.some((stem) => passage.stems.has(stem)),
    )
    .filter(({ matches }) => matches.length === 1)
    .map((candidate) => ({ ...candidate, coverage: candidate.coverage * 0.6 }));
}

function readingsOf(
  kind: LeafKind,
  field: Field,
  candidate: Candidate,
  evidence: Evidence,
): Found[] {
  const accepts = acceptsFor(kind);
  switch (kind.type) {
    case 'choice':
      return findChoices(candidate, field, kind.members);
    case 'boolean':
      return [findBoolean(candidate, field)].filter((found) => found !== null);
    case 'number':
      return isYearField(kind, field)
        ? findDates(candidate, field, 'year', accepts)
        : findNumbers(candidate, field, kind, accepts);
    case 'string':
      return stringsOf(kind, field, candidate, evidence, accepts);
  }
}

/** `founded: integer` is a year; `founded_companies: integer` has another head. */
function isYearField(kind: NumberKind, field: Field): boolean {
  return (
    (field.role === 'year' && field.unit === null) ||
    (kind.integer && field.isEvent && field.own.length <= 2 && field.unit === null)
  );
}

function stringsOf(
  kind: StringKind,
  field: Field,
  candidate: Candidate,
  evidence: Evidence,
  accepts: Accepts,
): Found[] {
  if (kind.format === 'date' || kind.format === 'date-time') {
    return findDates(candidate, field, kind.format, accepts);
  }
  if (kind.format === 'year')
    return findDates(candidate, field, 'text', (v) => accepts(v) && /^\d{4}$/.test(String(v)));
  if (kind.format !== null) return findTokens(candidate, 1, accepts);
  if (field.isIdentity) return findSubject(candidate.passage, field, evidence, accepts);
  const found = byRole(field, candidate, evidence, accepts);
  return found.length > 0 || kind.patterns.length === 0 ? found : findTokens(candidate, 4, accepts);
}

function byRole(field: Field, candidate: Candidate, evidence: Evidence, accepts: Accepts): Found[] {
  switch (field.role) {
    case 'person':
    case 'organisation':
    case 'place':
      return findNames(candidate, field, evidence, accepts);
    case 'date':
    case 'year':
      return findDates(candidate, field, 'text', accepts);
    case 'definition':
      return findDefinition(candidate, accepts);
    case 'currency':
      return findTokens(
        candidate,
        1,
        (value) => /^(?:[A-Z]{3}|US\$|\p{Sc})$/u.test(String(value)) && accepts(value),
      );
    case 'name':
    case 'text':
      return textsOf(field, candidate, evidence, accepts);
  }
}

function textsOf(
  field: Field,
  candidate: Candidate,
  evidence: Evidence,
  accepts: Accepts,
): Found[] {
  if (field.isEvent) return findDates(candidate, field, 'text', accepts);
  if (field.dimension !== null || field.own.some((term) => /^(?:dose|dosag)$/.test(term.stem))) {
    const quantities = findQuantityTexts(candidate, field, accepts);
    if (quantities.length > 0 || field.dimension !== null) return quantities;
  }
  if (/^(?:url|websit|homepag|link|web site)$/.test(field.own.at(-1)?.stem ?? '')) {
    return findTokens(
      candidate,
      1,
      (value) => LOOKS_LIKE_URI.test(String(value)) && accepts(value),
    );
  }
  if (/^(?:email|e mail)$/.test(field.own.at(-1)?.stem ?? '')) {
    return findTokens(candidate, 1, (value) => hasFormat('email', String(value)) && accepts(value));
  }
  const names = field.role === 'name' ? findNames(candidate, field, evidence, accepts) : [];
  return names.length > 0 ? names : findPhrases(candidate, accepts);
}

function listOf(kind: LeafKind, field: Field, candidate: Candidate, evidence: Evidence): Reading[] {
  const accepts = acceptsFor(kind);
  const here = (found: Found[]) => found.map((one) => ({ found: one, candidate }));
  const readings = readingsOf(kind, field, candidate, evidence).filter(
    (found) => found.strength >= MIN_STRENGTH,
  );
  if (kind.type === 'choice') return here(readings.toSorted((a, b) => a.start - b.start));
  const seed = strongest(readings);
  const isFree = kind.type === 'string' && kind.format === null;
  if (isFree && field.role === 'text') {
    const bullets = findBullets(candidate, evidence).filter(({ found }) => accepts(found.value));
    if (bullets.length > 0) return bullets;
    const list = findList(candidate).filter((found) => accepts(found.value));
    if (list.length > 0) return here(list);
    return seed && seed.strength >= 0.6 ? here([seed]) : [];
  }
  if (!seed) return [];
  return here(
    isFree && /^(?:person|organisation|place|name)$/.test(field.role)
      ? joinedNames(seed, candidate.passage, field, evidence, accepts)
      : coordinated(seed, readings, candidate.passage.text),
  );
}

/** Whether two values contradict each other: phrases may only differ in words. */
function isComparable(kind: LeafKind, field: Field): boolean {
  return (
    kind.type !== 'string' ||
    kind.format !== null ||
    /^(?:person|place|date|year)$/.test(field.role)
  );
}

function acceptsFor(kind: LeafKind): Accepts {
  switch (kind.type) {
    case 'boolean':
      return (value) => typeof value === 'boolean';
    case 'choice':
      return (value) => kind.members.includes(value);
    case 'number':
      return (value) => typeof value === 'number' && fitsNumber(kind, value);
    case 'string':
      return (value) => typeof value === 'string' && fitsString(kind, value);
  }
}

function fitsNumber(kind: NumberKind, value: number): boolean {
  return (
    (!kind.integer || Number.isSafeInteger(value)) &&
    value >= kind.minimum &&
    value <= kind.maximum &&
    value > kind.exclusiveMinimum &&
    value < kind.exclusiveMaximum &&
    kind.multiplesOf.every((step) => Number.isInteger(value / step))
  );
}

function fitsString(kind: StringKind, value: string): boolean {
  const length = [...value].length;
  const isUri = kind.format === 'uri' || kind.format === 'iri' || kind.format === 'url';
  return (
    length >= kind.minLength &&
    length <= kind.maxLength &&
    (isUri || value.length <= MAX_VALUE_UNITS) &&
    (kind.format === null || hasFormat(kind.format, value)) &&
    (!isUri || LOOKS_LIKE_URI.test(value)) &&
    kind.patterns.every((pattern) => pattern.test(value))
  );
}
