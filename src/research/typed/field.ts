import { STOP_WORDS } from '../text/stopWords';
import {
  EVENT_WORDS,
  isLight,
  type Role,
  roleOf,
  STRICT_MODIFIERS,
  synonymsOf,
  verbOfAgent,
} from './lexicon';
import type { Shape } from './shape';
import { type Dimension, dimensionOfWord, type Unit, unitNamed } from './units';
import { nameWords, stemOf, wordsOf } from './words';

/** One idea of a field's name: any of its phrases (stems) in a sentence speaks of it. */
export interface Term {
  stem: string;
  /** The longest first. */
  phrases: string[][];
}

/** What is looked for when a field is filled: its name read as words, and where it stands. */
export interface Field {
  /** Never empty words that make evidence; the last one is the head (`price` of `list_price`). */
  own: Term[];
  /** Words of the description, asked when the own ones are nowhere. */
  described: Term[];
  parents: ReadonlySet<string>;
  role: Role;
  /** True for what happened at a time: `founded`, `released`. */
  isEvent: boolean;
  unit: Unit | null;
  dimension: Dimension | null;
  /** `min_…` and `max_…` choose an end of a range. */
  extreme: 'min' | 'max' | null;
  /** The own words are the question's: the name says only of what form the value is. */
  isFromQuestion: boolean;
  /** Asks for the thing that the question, or the item, is about. */
  isIdentity: boolean;
  question: Question;
  /** Words of the question that are not the field's own: what the answer is about. */
  subject: string[];
  /** The question's words, asked when it is for this field only and the own ones are nowhere. */
  asked: Term[];
}

export interface Question {
  text: string;
  /** Content words. */
  stems: string[];
  /** Names and numbers among them: what the answer has to be about. */
  proper: string[];
  /** True when the schema has one leaf: the question asks for exactly that. */
  isSingle: boolean;
}

export function readQuestion(text: string, isSingle: boolean): Question {
  const words = wordsOf(text).filter(
    (word) => !STOP_WORDS.has(word.text.toLowerCase()) && !isLight(word.stem),
  );
  const proper = words.filter(
    (word) => /\p{N}/u.test(word.text) || (/^\p{Lu}/u.test(word.text) && word.start > 0),
  );
  const stems = [...new Set(words.map((word) => word.stem))];
  return { text, stems, proper: [...new Set(proper.map((word) => word.stem))], isSingle };
}

/** The field called `name` below `parents` (the nearest last). */
export function readField(
  name: string,
  shape: Shape,
  parents: readonly string[],
  question: Question,
): Field {
  const words = headLast(nameWords(name));
  const unit = unitOf(words, shape.description);
  const parentWords = headLast(nameWords(parents.at(-1) ?? ''));
  const contentful = termsOf(words);
  const inherited = contentful.length === 0 ? termsOf(parentWords) : [];
  const role = roleOfWords(words, parentWords);
  const asked = question.isSingle || asksFor(question.text, role, words);
  const isFromQuestion = contentful.length === 0 && inherited.length === 0 && asked;
  const chosen = [contentful, inherited, isFromQuestion ? questionTerms(question, true) : []].find(
    (terms) => terms.length > 0,
  );
  const own = chosen ?? words.map((word) => term([stemOf(word)], word));
  const ownStems = new Set(own.flatMap((one) => one.phrases.flat()));
  const stems = [...parentWords, ...words].map(stemOf);
  return {
    own,
    described: termsOf(
      wordsOf(`${shape.title} ${shape.description}`).map((word) => word.text.toLowerCase()),
    ),
    parents: new Set(parents.flatMap((parent) => termsOf(nameWords(parent)).map((t) => t.stem))),
    role,
    isEvent: stems.some((stem) => EVENT_WORDS.has(stem)),
    unit,
    dimension: unit?.dimension ?? dimensionOfWords([...parentWords, ...words]),
    extreme: extremeOf(words),
    isFromQuestion,
    isIdentity: contentful.length === 0 && inherited.length === 0 && isIdentityName(words),
    question,
    // The field's words are weighed as such; a synonym may stand for them.
    subject: question.stems.filter((stem) => !ownStems.has(stem)),
    asked: question.isSingle ? questionTerms(question) : [],
  };
}

/** Modifiers among the own words that a sentence has to have. */
export function strictTerms(field: Field): Term[] {
  return field.own.slice(0, -1).filter((t) => STRICT_MODIFIERS.has(t.stem));
}

/** `place of birth` is a birth place: what stands before "of" is the head. */
function headLast(words: string[]): string[] {
  const at = words.indexOf('of');
  return at > 0 ? [...words.slice(at + 1), ...words.slice(0, at)] : words;
}

function termsOf(words: string[]): Term[] {
  const terms: Term[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const stem = stemOf(word);
    const isUnit = at === words.length - 1 && at > 0 && unitNamed(word) !== undefined;
    if (STOP_WORDS.has(word) || isLight(stem) || isUnit) continue;
    const pair = [stem, stemOf(words.slice(at + 1).find((next) => !STOP_WORDS.has(next)) ?? '')];
    if (synonymsOf(pair.join(' ')).length > 0) {
      terms.push(term(pair, ''));
      at = words.findIndex((next, index) => index > at && !STOP_WORDS.has(next));
      continue;
    }
    if (!terms.some((t) => t.stem === stem)) terms.push(term([stem], word));
  }
  return terms;
}

function term(stems: string[], word: string): Term {
  const stem = stems.join(' ');
  const phrases = new Map([[stem, stems]]);
  for (const phrase of synonymsOf(stem)) phrases.set(phrase.join(' '), phrase);
  const verb = verbOfAgent(word);
  if (verb !== null) phrases.set(verb, [verb]);
  return { stem, phrases: [...phrases.values()].sort((a, b) => b.length - a.length) };
}

function questionTerms(question: Question, orNames = false): Term[] {
  const stems = question.stems.filter((stem) => !question.proper.includes(stem));
  const chosen = stems.length === 0 && orNames ? question.stems : stems;
  return chosen.map((stem) => term([stem], stem));
}

function roleOfWords(words: string[], parentWords: string[]): Role {
  const roles = (list: string[]) => list.toReversed().flatMap((word) => roleOf(stemOf(word)) ?? []);
  const own = roles(words);
  const specific = own.find((role) => role !== 'name');
  if (specific) return specific;
  const inherited = roles(parentWords).find((role) => role !== 'name');
  return (own.length > 0 && inherited) || own[0] || (words.at(-1) === 'by' ? 'person' : 'text');
}

/** Whether the question asks for this form of answer: "who" for a person, "when" for a date. */
function asksFor(question: string, role: Role, words: string[]): boolean {
  if (role === 'person' || role === 'organisation') return /\b(?:who|whom|whose)\b/i.test(question);
  if (role === 'place') return /\bwhere\b/i.test(question);
  if (role === 'date' || role === 'year')
    return /\b(?:when|what (?:date|day|year))\b/i.test(question);
  return words.some((word) => /^(?:count|number|amount|quantity|value)$/.test(word))
    ? /\bhow (?:many|much)\b/i.test(question)
    : words.some((word) => word === 'answer' || word === 'result');
}

function isIdentityName(words: string[]): boolean {
  return words.some((word) => /^(?:name|title|subject|label|entity|object)$/.test(word));
}

function unitOf(words: string[], description: string): Unit | null {
  const word = words.at(-1) ?? '';
  // A year is a place in time, years are a length of it.
  const last = words.length > 1 && word !== 'year' ? unitNamed(word) : undefined;
  if (last) return last;
  const share = words.find((word) => /^(?:percent|percentage|pct)$/.test(word));
  if (share) return unitNamed(share) ?? null;
  const described = /\bin ((?:us |swiss )?[\p{L}%°µ$€£]+)/iu.exec(description)?.[1];
  return (described && described.length > 1 && unitNamed(described)) || null;
}

function dimensionOfWords(words: string[]): Dimension | null {
  return words.map(dimensionOfWord).findLast((dimension) => dimension !== undefined) ?? null;
}

function extremeOf(words: string[]): 'min' | 'max' | null {
  if (words.some((word) => /^(?:min|minimum|lowest|from|low)$/.test(word))) return 'min';
  return words.some((word) => /^(?:max|maximum|highest|high)$/.test(word)) ? 'max' : null;
}
