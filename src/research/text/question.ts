import { askedKind } from './kinds';
import { type Name, names } from './names';
import { nounPhrases } from './nounPhrase';
import { tokens } from './terms';

export type AnswerType =
  | 'person'
  | 'date'
  | 'place'
  | 'number'
  | 'name'
  | 'kind'
  | 'yes-no'
  | 'any';

/** A question as the ranking sees it. */
export interface Question {
  text: string;
  terms: string[];
  names: Name[];
  answer: AnswerType;
  /** For `kind`: matches the members of the class that is asked for. */
  kind: RegExp | null;
  /** About one thing, with one answer: no second step. */
  isSimple: boolean;
  /** The terms that are no part of a name: what is asked about the names. */
  predicate: string[];
  /** The things asked about, each as the terms of its whole noun phrase. */
  subjects: string[][];
  /** The terms that are no part of a subject: what the asker wants to know of it. */
  focus: string[];
  /** The same as they are spelled. */
  predicateWords: string[];
}

const PLACE =
  'city|country|county|state|town|village|place|province|region|district|island|continent|location|borough|municipality|neighborhood|neighbourhood';
const PLACE_TERMS = new Set(
  tokens(`${PLACE.replaceAll('|', ' ')} countries cities states`).map(({ term }) => term),
);
const AMOUNT =
  'population|length|height|area|number|distance|age|size|capacity|elevation|depth|weight|width|price|cost|percentage|temperature|speed|mass|rate|amount|total';
const TYPES: [AnswerType, RegExp][] = [
  ['number', /\bhow (?:many|much|long|tall|high|deep|far|old|large|big|fast|wide|heavy)\b/i],
  ['date', /\bwhen\b|\b(?:what|which)(?: \w+){0,3}? (?:year|date|day|month|decade|century)\b/i],
  ['number', new RegExp(`\\b(?:what|which)\\b(?: \\w+){0,3}? (?:${AMOUNT})\\b`, 'i')],
  ['number', /\bwhat (?:did|does|do|will|would|has|had|is|was)\b.*\b(?:cost|weigh|measure)\b/i],
  [
    'place',
    new RegExp(
      `\\bwhere\\b|\\b(?:what|which)(?: \\w+){0,2}? (?:${PLACE}|countries|cities|states|towns)\\b`,
      'i',
    ),
  ],
  ['person', /\b(?:who|whom|whose)\b/i],
  ['yes-no', /^\s*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\b/i],
  ['name', /\b(?:what|which)\b/i],
];
/** Terms of the asking, not of the asked. */
const ASKING = new Set([
  'year',
  'date',
  'name',
  'call',
  'kind',
  'type',
  'known',
  'common',
  'give',
  'associ',
  'affili',
]);

const DEFINITION = /^\W*(?:what|who)(?:['’]s|\s+(?:is|are|was|were))\b/i;
/** They sort what is asked, and stand in too many sentences to tell what one is about. */
const ORDINAL = new Set(['first', 'second', 'third', 'last', 'next', 'new', 'total', 'current']);

/** A date or a number is given or it is not: what is only near to it is no answer. */
export function asksForValue({ answer }: Question): boolean {
  return answer === 'date' || answer === 'number';
}

/** A longer question, or one about more names, asks for more than one step. */
const MAX_SIMPLE_TERMS = 7;
const MAX_SIMPLE_NAMES = 2;

export function readQuestion(text: string): Question {
  const kind = askedKind(text);
  const words = tokens(text);
  const found = [...new Set(words.map((token) => token.term))];
  const asked = found.filter((term) => !ASKING.has(term) && !kind?.nouns.has(term));
  const inNames = [...new Map(names(text).map((name) => [name.key, name])).values()];
  const named = new Set(inNames.flatMap((name) => name.key.split(' ')));
  const isPredicate = (term: string) => !named.has(term);
  const useful = asked.length > 0 ? asked : found;
  const subjects = nounPhrases(text).map((phrase) => phrase.key.split(' '));
  const inSubject = new Set(subjects.flat());
  const typed = TYPES.find(([, pattern]) => pattern.test(text))?.[0] ?? 'any';
  // "Which city": the answer is the city's name, and the word need not stand by it.
  const isAsked = (term: string) =>
    !inSubject.has(term) && !ORDINAL.has(term) && !(typed === 'place' && PLACE_TERMS.has(term));
  const focus = useful.filter(isAsked);
  const isDefinition = focus.length === 0 && DEFINITION.test(text);
  const answer = isDefinition && !kind ? 'any' : kind ? 'kind' : typed;
  return {
    text,
    terms: useful,
    names: inNames,
    answer,
    kind: kind?.members ?? null,
    isSimple: isSimple(text, useful, inNames, answer),
    predicate: useful.filter(isPredicate),
    subjects,
    focus,
    predicateWords: words
      .filter((token) => isPredicate(token.term))
      .map((token) => text.slice(token.start, token.end)),
  };
}

/** "Which series that began in 1973 …": what is asked about must be found first. */
const NESTED = /^\S+\s+\S+.*\s(?:that|who|whom|whose)\s/i;

function isSimple(text: string, asked: string[], inNames: Name[], answer: AnswerType): boolean {
  if (asked.length > MAX_SIMPLE_TERMS || /\bor\b/i.test(text)) return false;
  if (NESTED.test(text)) return false;
  const isClosed = answer === 'date' || answer === 'number' || answer === 'kind';
  return inNames.length <= (isClosed ? MAX_SIMPLE_NAMES : 1);
}
