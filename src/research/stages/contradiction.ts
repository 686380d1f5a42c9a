import { align, type Substitution } from '../text/alignment';
import { speaksOfSubject } from '../text/anchor';
import { type Answer, answerIn } from '../text/answers';
import {
  type Corpus,
  isNegated,
  type Sentence,
  sentenceNames,
  sentenceValues,
} from '../text/corpus';
import { blemishes } from '../text/fitness';
import type { Question } from '../text/question';
import { jaccard, sharedCount } from '../text/similarity';
import { isStatement } from '../text/statement';
import { areToldApart, mayShareHead, mayShareSubject } from '../text/subject';
import { areOpposites, synonyms } from '../text/synonyms';
import { type Value, valuesDiffer } from '../text/values';
import type { Candidate } from './candidate';
import { focusShare } from './relevance';

/** How much of two statements must be alike, beside what differs, for them to deny each other. */
const ALIKE = 0.5;
const MIN_SHARED_TERMS = 3;
/** A share of the question's weight: a sentence below it does not answer the question. */
const MIN_COVERAGE = 0.3;
/** The same of what is asked of the subject. */
const MIN_FOCUS = 0.34;
/** Agreeing terms that must stand around the one place in which two wordings differ. */
const MIN_FRAME_TERMS = 4;
/** And the share of the shorter wording that must agree. */
const FRAME_SHARE = 0.65;
const MAX_PUT_TERMS = 4;
const MAX_BLEMISH = 0.5;
/** A frame so tight that whatever differs in it is the point. */
const MIN_TIGHT_TERMS = 7;
const TIGHT_SHARE = 0.8;

/** How the sentences of two different pages stand to each other, as answers to one question. */
export function contradicts(
  corpus: Corpus,
  question: Question,
  a: Candidate,
  b: Candidate,
): boolean {
  if (a.sentence.page === b.sentence.page) return false;
  if (a.coverage < MIN_COVERAGE || b.coverage < MIN_COVERAGE) return false;
  if (!isClaim(a.sentence) || !isClaim(b.sentence)) return false;
  if (question.answer === 'number' && areOfOtherTimes(a.sentence, b.sentence)) return false;
  if (areOfOtherThings(a.sentence, b.sentence)) return false;
  const saysAsked = (of: Candidate) => focusShare(corpus, of.sentence, question) > 0;
  const mayShare = mayShareSubject(corpus, a.sentence, b.sentence);
  if (mayShare && wordingClashes(question, a.sentence, b.sentence)) return true;
  if (areToldApart(corpus, question, a.sentence, b.sentence)) return false;
  if (answersClash(corpus, question, a, b)) return true;
  return (
    mayShare &&
    ((saysAsked(a) === saysAsked(b) && valuesClash(a.sentence, b.sentence)) ||
      polarityClashes(a.sentence, b.sentence))
  );
}

/** A question, a heading and the furniture of a page claim nothing. */
function isClaim(sentence: Sentence): boolean {
  const known = claims.get(sentence);
  if (known !== undefined) return known;
  const isOne = isStatement(sentence) && blemishes(sentence) < MAX_BLEMISH;
  claims.set(sentence, isOne);
  return isOne;
}

const claims = new WeakMap<Sentence, boolean>();

/** True when both answer the question, strongly, with the same value. */
export function sameAnswer(
  corpus: Corpus,
  question: Question,
  a: Candidate,
  b: Candidate,
): boolean {
  if (a.coverage < MIN_COVERAGE || b.coverage < MIN_COVERAGE) return false;
  if (question.answer !== 'date' && question.answer !== 'number') return false;
  const pair = answers(corpus, question, a, b);
  if (pair === null) return false;
  const [left, right] = pair;
  return left.kind === right.kind && left.unit === right.unit && left.key === right.key;
}

/** The same said of the same, with another number, date or amount of one unit. */
function valuesClash(a: Sentence, b: Sentence): boolean {
  const left = sentenceValues(a);
  const right = sentenceValues(b);
  if (left.length === 0 || right.length === 0 || areOfOtherTimes(a, b)) return false;
  const restA = rest(a, left);
  const restB = rest(b, right);
  if (sharedCount(restA, restB) < MIN_SHARED_TERMS || jaccard(restA, restB) < ALIKE) return false;
  return left.some((value) => {
    if (right.some((other) => other.kind === value.kind && !valuesDiffer(value, other)))
      return false;
    const rivals = right
      .filter((other) => sameSlot(a, value, b, other))
      .filter((other) => left.every((own) => own.kind !== other.kind || valuesDiffer(own, other)));
    return rivals.length > 0;
  });
}

/** "924 in 2010" does not deny "1,243 in 2000". */
function areOfOtherTimes(a: Sentence, b: Sentence): boolean {
  const dated = (of: Sentence) => sentenceValues(of).filter((value) => value.kind === 'date');
  const [left, right] = [dated(a), dated(b)];
  const hasOthers = (of: Sentence, dates: Value[]) => sentenceValues(of).length > dates.length;
  return (
    left.length > 0 &&
    right.length > 0 &&
    hasOthers(a, left) &&
    hasOthers(b, right) &&
    left.every((one) => right.every((other) => valuesDiffer(one, other)))
  );
}

/** Whoever errs or lies seldom gets so many figures wrong at once. */
const MIN_OTHER_VALUES = 3;

/** Two counts of two namesakes: figure after figure of the same kind, and no two agree. */
function areOfOtherThings(a: Sentence, b: Sentence): boolean {
  const [left, right] = [a, b].map((of) =>
    sentenceValues(of).filter((value) => value.kind !== 'date'),
  );
  if (!left || !right || Math.min(left.length, right.length) < MIN_OTHER_VALUES) return false;
  return left.every((one) =>
    right.every((other) => one.kind !== other.kind || valuesDiffer(one, other)),
  );
}

/** Values are comparable when they are of one kind and unit, and a neighbouring term is the same. */
function sameSlot(a: Sentence, left: Value, b: Sentence, right: Value): boolean {
  if (left.kind !== right.kind || left.unit !== right.unit) return false;
  const before = neighbour(a, left, -1);
  const after = neighbour(a, left, 1);
  return (
    (before !== null && before === neighbour(b, right, -1)) ||
    (after !== null && after === neighbour(b, right, 1))
  );
}

function neighbour(sentence: Sentence, value: Value, side: -1 | 1): string | null {
  const outside = sentence.tokens.filter((token) =>
    side < 0 ? token.end <= value.start : token.start >= value.end,
  );
  return (side < 0 ? outside.at(-1) : outside[0])?.term ?? null;
}

function rest(sentence: Sentence, without: readonly { start: number; end: number }[]): Set<string> {
  const kept = sentence.tokens.filter(
    (token) => !without.some((span) => token.start < span.end && span.start < token.end),
  );
  return new Set(kept.map((token) => token.term));
}

/** One sentence denies what the other says, or says the opposite word. */
function polarityClashes(a: Sentence, b: Sentence): boolean {
  const left = new Set(a.counts.keys());
  const right = new Set(b.counts.keys());
  const shared = sharedCount(left, right);
  if (shared < MIN_SHARED_TERMS) return false;
  const onlyLeft = [...left].filter((term) => !right.has(term));
  const onlyRight = [...right].filter((term) => !left.has(term));
  const opposite = onlyLeft.some((term) => onlyRight.some((other) => areOpposites(term, other)));
  const negated = isNegated(a) !== isNegated(b);
  // Both at once cancel out: "not reduced" says what "increased" says.
  if (opposite === negated) return false;
  const differing = Math.max(onlyLeft.length, onlyRight.length) - (opposite ? 1 : 0);
  return shared / (shared + differing) >= 0.6;
}

/** Nearly one sentence, word by word, with something else in the place of a part of it. */
export function wordingClashes(question: Question, a: Sentence, b: Sentence): boolean {
  const left = a.tokens.map((token) => token.term);
  const right = b.tokens.map((token) => token.term);
  const shared = sharedCount(new Set(a.counts.keys()), new Set(b.counts.keys()));
  const shorter = Math.min(left.length, right.length);
  if (shared < MIN_FRAME_TERMS || shared < ALIKE * shorter) return false;
  const { agreed, substitutions } = align(left, right);
  if (agreed < MIN_FRAME_TERMS || agreed < FRAME_SHARE * shorter) return false;
  const isFramed = agreed >= MIN_TIGHT_TERMS && agreed >= TIGHT_SHARE * shorter;
  const comparable = likeForLike(question, a, b);
  return substitutions.some(
    (put) =>
      Math.max(put.left.length, put.right.length) <= MAX_PUT_TERMS &&
      ((isFramed && isInside(put, left, right)) || comparable(put)) &&
      !put.left.some((term) => put.right.some((other) => meansTheSame(term, other))) &&
      // Words that were only moved stand in both sentences.
      !(
        put.left.every((term) => b.counts.has(term)) &&
        put.right.every((term) => a.counts.has(term))
      ),
  );
}

/** What follows the end of the shorter wording, or stands before it, only adds to it. */
function isInside(put: Substitution, left: readonly string[], right: readonly string[]): boolean {
  const leads = put.left[0] === left[0] && put.right[0] === right[0];
  const trails = put.left.at(-1) === left.at(-1) && put.right.at(-1) === right.at(-1);
  return !leads && !trails;
}

/** A name can only be denied by a name, a value by a value: other words may just be other words. */
function likeForLike(question: Question, a: Sentence, b: Sentence): (put: Substitution) => boolean {
  const [namesA, namesB] = [a, b].map((of) => {
    return new Set(sentenceNames(of).flatMap((name) => name.key.split(' ')));
  });
  const [valuesA, valuesB] = [a, b].map((of) => valueTerms(question, of));
  return ({ left, right }) =>
    (left.some((term) => namesA?.has(term)) && right.some((term) => namesB?.has(term))) ||
    (!valuesAgree(a, b) &&
      left.some((term) => valuesA?.has(term)) &&
      right.some((term) => valuesB?.has(term)) &&
      (left.every((term) => valuesA?.has(term)) || right.every((term) => valuesB?.has(term))));
}

/** "4,001 crowns" and "4,000 crowns" differ in their words only. */
function valuesAgree(a: Sentence, b: Sentence): boolean {
  const right = sentenceValues(b);
  const left = sentenceValues(a);
  return (
    left.length > 0 &&
    left.every((value) =>
      right.some((other) => other.kind === value.kind && !valuesDiffer(value, other)),
    )
  );
}

/** The terms of values, and of members of the class that is asked for. */
function valueTerms({ kind }: Question, of: Sentence): Set<string> {
  const members = kind ? [...of.text.matchAll(kind)] : [];
  const spans: { start: number; end: number }[] = [
    ...sentenceValues(of),
    ...members.map(({ 0: member, index }) => ({ start: index, end: index + member.length })),
  ];
  const held = of.tokens.filter((token) =>
    spans.some((span) => token.start < span.end && span.start < token.end),
  );
  return new Set(held.map((token) => token.term));
}

/** Synonyms, or one word in two spellings. */
function meansTheSame(a: string, b: string): boolean {
  if (a === b || synonyms(a).includes(b)) return true;
  if (/^\d/.test(a) || /^\d/.test(b)) return false;
  const length = Math.min(a.length, b.length);
  let common = 0;
  while (common < length && a[common] === b[common]) common++;
  return common >= 4 || (common >= 2 && common >= length - 1);
}

/** Both answer the question, near the words that ask, with different values of the asked kind. */
function answersClash(corpus: Corpus, question: Question, a: Candidate, b: Candidate): boolean {
  const pair = answers(corpus, question, a, b);
  if (pair === null) return false;
  const [left, right] = pair;
  if (left.kind !== right.kind || left.unit !== right.unit || left.key === right.key) return false;
  if (left.kind === 'number' && areOfOtherTimes(a.sentence, b.sentence)) return false;
  const isPrefix = left.key.includes(right.key) || right.key.includes(left.key);
  return !isPrefix && !mentions(a.sentence, right) && !mentions(b.sentence, left);
}

/** Both strong, both about what is asked: it is named there, or a pronoun stands for it. */
function answers(
  corpus: Corpus,
  question: Question,
  a: Candidate,
  b: Candidate,
): [Answer, Answer] | null {
  if (!question.isSimple || !mayShareHead(question, a.sentence, b.sentence)) return null;
  const [left, right] = [a, b].map(({ sentence }) => {
    if (focusShare(corpus, sentence, question) < MIN_FOCUS) return null;
    if (!speaksOfSubject(sentence, question)) return null;
    const answer = answerIn(corpus, sentence, question);
    return answer?.strong ? answer : null;
  });
  return left && right ? [left, right] : null;
}

/** Whether a sentence holds the value or the name that another one answers with. */
export function mentions(sentence: Sentence, answer: Answer): boolean {
  if (answer.kind === 'date' || answer.kind === 'number') {
    return sentenceValues(sentence).some((value) => value.value === answer.key);
  }
  // "Carpenters" is not said where "Richard Carpenter" is.
  if (answer.kind === 'person' || answer.kind === 'place' || answer.kind === 'name') {
    return sentenceNames(sentence).some(({ key }) => key === answer.key);
  }
  return answer.key.split(' ').every((term) => sentence.counts.has(term));
}
