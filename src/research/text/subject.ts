import type { Corpus, Sentence } from './corpus';
import { type Name, names } from './names';
import { oncePerQuestion, oncePerSentence } from './once';
import type { Question } from './question';
import { terms } from './terms';

/** A name that begins later than this is not what the sentence speaks of. */
const HEAD_UNITS = 25;
const MIN_LIKENESS = 0.6;
/** A sentence that begins so speaks of what was named before. */
export const PRONOUN = /^\W*(?:it|he|she|they|this|these|those|his|her|their|its)\b/i;
/** And so does "the mill was"; the name then most likely is in the title. */
const NOUN_FOR_NAME = /^\W*the \p{Ll}+ (?:is|was|were|are|has|had)\b/iu;

/**
 * False when two sentences speak of different things: then nothing that they say can clash. A
 * sentence without a name at its head speaks of its page's title, if the text bears the title out.
 */
export function mayShareSubject(corpus: Corpus, a: Sentence, b: Sentence): boolean {
  return compatible(subjectOf(corpus, a), subjectOf(corpus, b));
}

/**
 * False when both sentences begin with a name like one of the question's, and these are the names
 * of two things: the Corran Mill and the Tarn Mill.
 */
export function mayShareHead(
  corpus: Corpus,
  question: Question,
  a: Sentence,
  b: Sentence,
): boolean {
  return compatible(headLikeAsked(corpus, a, question), headLikeAsked(corpus, b, question));
}

const headLikeAsked = oncePerQuestion((_, sentence, question) => {
  const head = headOf(sentence);
  return head && holdsAskedName(question, (term) => head.includes(term)) ? head : null;
});

/** True when at least one word of a name that is asked about is held. */
export function holdsAskedName(
  { names: asked }: Question,
  holds: (term: string) => boolean,
): boolean {
  return asked.some(({ key }) => key.split(' ').some(holds));
}

/** What a sentence names so early that it is about that. */
export function nameAtHead(sentence: Sentence): Name | undefined {
  return sentence.names.find(({ start }) => start <= HEAD_UNITS);
}

const QUALIFIER_UNITS = 60;
const OPENING_UNITS = 200;

/**
 * True when two sentences are, by their pages' own account, about namesakes: "Big Fun (Davis
 * album)" and "Big Fun (Shalamar album)"; "Ann May Reid" and "Ann Lee Reid"; "is a 1982 film" and
 * "is a 2014 film"; two people who lived at different times.
 */
export function areToldApart(
  corpus: Corpus,
  question: Question,
  a: Sentence,
  b: Sentence,
): boolean {
  const left = identityOf(corpus, a, question);
  const right = identityOf(corpus, b, question);
  if (differ(left.qualifier, right.qualifier) || differ(left.fullName, right.fullName)) return true;
  if (question.answer === 'date') return areLifetimesApart(left.lifetime, right.lifetime);
  return (
    areLifetimesApart(left.lifetime, right.lifetime) ||
    (left.year !== null && right.year !== null && left.year !== right.year)
  );
}

interface Identity {
  qualifier: string[];
  fullName: string[];
  /** Years of birth and death. */
  lifetime: [string, string] | null;
  /** Of a work: "is a 1982 film". */
  year: string | null;
}

const identityOf = oncePerQuestion(readIdentity);

function readIdentity(corpus: Corpus, sentence: Sentence, question: Question): Identity {
  const { title = '', text = '' } = corpus.pages[sentence.page]?.page ?? {};
  const opening = `${title}\n${text.slice(0, OPENING_UNITS)}\n${sentence.text}`;
  const life = /\([^()]{0,40}\b(\d{4})\s?[–-][^()]{0,40}\b(\d{4})\)/.exec(opening);
  return {
    qualifier: qualifierOf(question, opening),
    fullName: fullNameOf(question, opening),
    lifetime: life?.[1] && life[2] ? [life[1], life[2]] : null,
    year: /\b(?:is|was) an? (\d{4})\b/.exec(opening)?.[1] ?? null,
  };
}

/** A wrong birth year is a dispute about one person; two other years are another person. */
function areLifetimesApart(a: Identity['lifetime'], b: Identity['lifetime']): boolean {
  return a !== null && b !== null && a[0] !== b[0] && a[1] !== b[1];
}

/** True when each has something that the other lacks. */
function differ(left: readonly string[], right: readonly string[]): boolean {
  return left.some((term) => !right.includes(term)) && right.some((term) => !left.includes(term));
}

/** The parenthesis, or the place behind a comma, right after a name of the question. */
function qualifierOf(question: Question, text: string): string[] {
  const lower = text.toLowerCase();
  for (const name of question.names) {
    const at = lower.indexOf(name.text.toLowerCase());
    if (at === -1) continue;
    const after = text.slice(at + name.text.length, at + name.text.length + QUALIFIER_UNITS);
    const bracket = /^["”]?\s*\(([^()]+)\)/.exec(after)?.[1];
    const place = /^,\s(\p{Lu}\p{L}+(?:\s\p{Lu}\p{L}+)?)/u.exec(after)?.[1];
    const qualifier = bracket ?? place;
    if (qualifier) return terms(qualifier);
  }
  return [];
}

/** What the longest spelling of a question's name adds to it. */
function fullNameOf(question: Question, text: string): string[] {
  const [asked] = question.names;
  const wanted = asked?.key.split(' ') ?? [];
  // Of a single word any longer name is another thing's: "Lysmark" and "Lysmark Sound".
  if (wanted.length < 2 || question.names.length > 1) return [];
  const added = names(text.replace(/\n/g, '. '))
    .map((name) => name.key.split(' '))
    .filter((key) => wanted.every((term) => key.includes(term)) && key.length <= wanted.length + 2)
    .map((key) => key.filter((term) => !wanted.includes(term)));
  return added.sort((a, b) => b.length - a.length)[0] ?? [];
}

function compatible(left: string[] | null, right: string[] | null): boolean {
  if (left === null || right === null) return true;
  const onlyLeft = left.filter((term) => !right.includes(term));
  const onlyRight = right.filter((term) => !left.includes(term));
  if (onlyLeft.length === 0 || onlyRight.length === 0) return true;
  // "The 2008 season" and "the 2015 season" are two things, however long their common name is.
  if (onlyLeft.some(isNumber) && onlyRight.some(isNumber)) return false;
  const shared = left.length - onlyLeft.length;
  return shared / (shared + onlyLeft.length + onlyRight.length) >= MIN_LIKENESS;
}

function subjectOf(corpus: Corpus, sentence: Sentence): string[] | null {
  return headOf(sentence) ?? titleOf(corpus, sentence);
}

const headOf = oncePerSentence(readHead);

function readHead(sentence: Sentence): string[] | null {
  if (PRONOUN.test(sentence.text) || NOUN_FOR_NAME.test(sentence.text)) return null;
  const head = nameAtHead(sentence);
  return head ? numbered(sentence, head.key.split(' '), head.start) : null;
}

function titleOf(corpus: Corpus, sentence: Sentence): string[] | null {
  const page = corpus.pages[sentence.page];
  return page?.bearsTitleOut ? page.titleTerms : null;
}

/** A number right before a name belongs to it: "the 2015 Knights". */
function numbered(sentence: Sentence, terms: string[], start: number): string[] {
  const before = sentence.tokens.findLast((token) => token.end <= start);
  if (!before || !isNumber(before.term) || start - before.end > 1) return terms;
  return [before.term, ...terms];
}

function isNumber(term: string): boolean {
  return /^\d/.test(term);
}
