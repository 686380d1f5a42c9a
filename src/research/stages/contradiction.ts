import { align, type Substitution } from '../text/alignment';
import type { Answer } from '../text/answers';
import type { Sentence } from '../text/corpus';
import { blemishes } from '../text/fitness';
import { oncePerSentence } from '../text/once';
import { asksForValue, type Question } from '../text/question';
import { jaccard, sharedCount, sharedOccurrences, sharedTermCount } from '../text/similarity';
import { isStatement } from '../text/statement';
import { areToldApart, mayShareSubject } from '../text/subject';
import { holdOpposites, synonyms } from '../text/synonyms';
import { type Value, valuesDiffer } from '../text/values';
import type { Candidate } from './candidate';
import { answers } from './claimedAnswer';
import type { Comparison } from './comparison';
import { focusShare } from './relevance';

/** How much of two statements must be alike, beside what differs, for them to deny each other. */
const ALIKE = 0.5;
const MIN_SHARED_TERMS = 3;
/** A share of the question's weight: a sentence below it does not answer the question. */
const MIN_COVERAGE = 0.3;
/** Agreeing terms that must stand around the one place in which two wordings differ. */
const MIN_FRAME_TERMS = 4;
/** And the share of the shorter wording that must agree. */
const FRAME_SHARE = 0.65;
const MAX_PUT_TERMS = 4;
const MAX_BLEMISH = 0.5;
/** Of two wordings, one of which denies the other, the share that must agree. */
const POLAR_SHARE = 0.6;
/** A frame so tight that whatever is exchanged in it is the point. */
const MIN_TIGHT_TERMS = 7;
const TIGHT_SHARE = 0.8;

/**
 * How the sentences of two different pages stand to each other, as answers to one question. What was
 * told of a pair is remembered: those that are compared to be put together are compared again as
 * rivals.
 */
export function denialAmong(comparison: Comparison): (a: Candidate, b: Candidate) => boolean {
  const known = new Map<number, boolean>();
  const count = comparison.corpus.sentences.length;
  return (a, b) => {
    if (!mayContradict(comparison, a, b)) return false;
    const pair = a.sentence.index * count + b.sentence.index;
    const earlier = known.get(pair);
    if (earlier !== undefined) return earlier;
    const denied = contradicts(comparison, a, b);
    known.set(pair, denied);
    return denied;
  };
}

/** Rules most pairs out by a look. Beside two answers, all that clashes has some terms in common. */
function mayContradict({ shared, answering }: Comparison, a: Candidate, b: Candidate): boolean {
  if (a.sentence.page === b.sentence.page) return false;
  if (a.coverage < MIN_COVERAGE || b.coverage < MIN_COVERAGE) return false;
  return (
    shared.count(a.sentence, b.sentence) >= MIN_SHARED_TERMS ||
    (answering.has(a.sentence) && answering.has(b.sentence))
  );
}

function contradicts(
  { corpus, question, shared }: Comparison,
  a: Candidate,
  b: Candidate,
): boolean {
  const pair = answers(corpus, question, a.sentence, b.sentence);
  if (!pair && shared.count(a.sentence, b.sentence) < MIN_SHARED_TERMS) return false;
  if (!isClaim(a.sentence) || !isClaim(b.sentence)) return false;
  if (question.answer === 'number' && areOfOtherTimes(a.sentence, b.sentence)) return false;
  if (areOfOtherThings(a.sentence, b.sentence)) return false;
  const mayShare = mayShareSubject(corpus, a.sentence, b.sentence);
  if (mayShare && wordingClashes(question, a.sentence, b.sentence)) return true;
  const saysAsked = (of: Candidate) => focusShare(corpus, of.sentence, question) > 0;
  const clashes =
    (pair && answersClash(pair, a, b)) ||
    (mayShare &&
      ((saysAsked(a) === saysAsked(b) && valuesClash(a.sentence, b.sentence)) ||
        polarityClashes(a.sentence, b.sentence)));
  return clashes === true && !areToldApart(corpus, question, a.sentence, b.sentence);
}

/** A question, a heading and the furniture of a page claim nothing. */
const isClaim = oncePerSentence(
  (sentence) => isStatement(sentence) && blemishes(sentence) < MAX_BLEMISH,
);

/** True when both answer the question, strongly, with the same value. */
export function sameAnswer(
  { corpus, question, answering }: Comparison,
  a: Candidate,
  b: Candidate,
): boolean {
  if (a.coverage < MIN_COVERAGE || b.coverage < MIN_COVERAGE) return false;
  if (!asksForValue(question)) return false;
  if (!answering.has(a.sentence) || !answering.has(b.sentence)) return false;
  const pair = answers(corpus, question, a.sentence, b.sentence);
  if (pair === null) return false;
  const [left, right] = pair;
  return left.kind === right.kind && left.unit === right.unit && left.key === right.key;
}

/** The same said of the same, with another number, date or amount of one unit. */
function valuesClash(a: Sentence, b: Sentence): boolean {
  const left = a.values;
  const right = b.values;
  if (left.length === 0 || right.length === 0 || areOfOtherTimes(a, b)) return false;
  const restA = restOf(a);
  const restB = restOf(b);
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
  const [left, right] = [sortedValues(a), sortedValues(b)];
  return (
    left.dates.length > 0 &&
    right.dates.length > 0 &&
    left.others.length > 0 &&
    right.others.length > 0 &&
    left.dates.every((one) => right.dates.every((other) => valuesDiffer(one, other)))
  );
}

const sortedValues = oncePerSentence(({ values }) => ({
  dates: values.filter((value) => value.kind === 'date'),
  others: values.filter((value) => value.kind !== 'date'),
}));

/** Whoever errs or lies seldom gets so many figures wrong at once. */
const MIN_OTHER_VALUES = 3;

/** Two counts of two namesakes: figure after figure of the same kind, and no two agree. */
function areOfOtherThings(a: Sentence, b: Sentence): boolean {
  const { others: left } = sortedValues(a);
  const { others: right } = sortedValues(b);
  if (Math.min(left.length, right.length) < MIN_OTHER_VALUES) return false;
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

/** The terms that stand in no value. */
const restOf = oncePerSentence(({ tokens, values }) => {
  const kept = tokens.filter(
    (token) => !values.some((span) => token.start < span.end && span.start < token.end),
  );
  return new Set(kept.map((token) => token.term));
});

/** One sentence denies what the other says, or says the opposite word. */
function polarityClashes(a: Sentence, b: Sentence): boolean {
  const shared = sharedTermCount(a, b);
  const differing = Math.max(a.counts.size, b.counts.size) - shared;
  if (shared < MIN_SHARED_TERMS || shared / (shared + differing - 1) < POLAR_SHARE) return false;
  const opposite = holdOpposites(a.counts, b.counts);
  const negated = a.isNegated !== b.isNegated;
  // Both at once cancel out: "not reduced" says what "increased" says.
  if (opposite === negated) return false;
  return shared / (shared + differing - (opposite ? 1 : 0)) >= POLAR_SHARE;
}

/** Nearly one sentence, word by word, with something else in the place of a part of it. */
export function wordingClashes(question: Question, a: Sentence, b: Sentence): boolean {
  const shared = sharedTermCount(a, b);
  const shorter = Math.min(a.length, b.length);
  if (shared < MIN_FRAME_TERMS || shared < ALIKE * shorter) return false;
  // No more can agree in the same order.
  if (sharedOccurrences(a, b) < FRAME_SHARE * shorter) return false;
  const left = a.tokens.map((token) => token.term);
  const right = b.tokens.map((token) => token.term);
  const { agreed, substitutions } = align(left, right);
  if (agreed < MIN_FRAME_TERMS || agreed < FRAME_SHARE * shorter) return false;
  if (substitutions.length === 0) return false;
  const isFramed = agreed >= MIN_TIGHT_TERMS && agreed >= TIGHT_SHARE * shorter;
  const comparable = likeForLike(question, a, b);
  return substitutions.some(
    (put) =>
      Math.max(put.left.length, put.right.length) <= MAX_PUT_TERMS &&
      ((isFramed && isExchanged(put) && isInside(put, left, right)) || comparable(put)) &&
      !put.left.some((term) => put.right.some((other) => meansTheSame(term, other))) &&
      // Words that were only moved stand in both sentences.
      !(
        put.left.every((term) => b.counts.has(term)) &&
        put.right.every((term) => a.counts.has(term))
      ),
  );
}

/** One thing for another, in about as many terms: else one sentence just tells more there. */
function isExchanged({ left, right }: Substitution): boolean {
  return Math.abs(left.length - right.length) <= 1;
}

/** What follows the end of the shorter wording, or stands before it, only adds to it. */
function isInside(put: Substitution, left: readonly string[], right: readonly string[]): boolean {
  const leads = put.left[0] === left[0] && put.right[0] === right[0];
  const trails = put.left.at(-1) === left.at(-1) && put.right.at(-1) === right.at(-1);
  return !leads && !trails;
}

/** A name can only be denied by a name, a value by a value: other words may just be other words. */
function likeForLike(question: Question, a: Sentence, b: Sentence): (put: Substitution) => boolean {
  const [namesA, namesB] = [nameTerms(a), nameTerms(b)];
  const bothName = ({ left, right }: Substitution) =>
    left.some((term) => namesA.has(term)) && right.some((term) => namesB.has(term));
  if (valuesAgree(a, b)) return bothName;
  const [valuesA, valuesB] = [valueTerms(question, a), valueTerms(question, b)];
  return (put) =>
    bothName(put) ||
    (put.left.some((term) => valuesA.has(term)) &&
      put.right.some((term) => valuesB.has(term)) &&
      (put.left.every((term) => valuesA.has(term)) ||
        put.right.every((term) => valuesB.has(term))));
}

const nameTerms = oncePerSentence(
  ({ names }) => new Set(names.flatMap((name) => name.key.split(' '))),
);

/** "4,001 crowns" and "4,000 crowns" differ in their words only. */
function valuesAgree(a: Sentence, b: Sentence): boolean {
  const right = b.values;
  const left = a.values;
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
    ...of.values,
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
function answersClash([left, right]: [Answer, Answer], a: Candidate, b: Candidate): boolean {
  if (left.kind !== right.kind || left.unit !== right.unit || left.key === right.key) return false;
  if (left.kind === 'number' && areOfOtherTimes(a.sentence, b.sentence)) return false;
  const isPrefix = left.key.includes(right.key) || right.key.includes(left.key);
  return !isPrefix && !allows(a.sentence, right) && !allows(b.sentence, left);
}

/** "Built from 2015 to 2019" leaves room for June 2019. */
function allows(sentence: Sentence, answer: Answer): boolean {
  if (mentions(sentence, answer)) return true;
  if (answer.kind !== 'date') return false;
  const date = { kind: answer.kind, value: answer.key } as const;
  return sortedValues(sentence).dates.some((own) => !valuesDiffer(own, date));
}

/** Whether a sentence holds the value or the name that another one answers with. */
export function mentions(sentence: Sentence, answer: Answer): boolean {
  if (answer.kind === 'date' || answer.kind === 'number') {
    return sentence.values.some((value) => value.value === answer.key);
  }
  // "Carpenters" is not said where "Richard Carpenter" is.
  if (answer.kind === 'person' || answer.kind === 'place' || answer.kind === 'name') {
    return sentence.names.some(({ key }) => key === answer.key);
  }
  return answer.key.split(' ').every((term) => sentence.counts.has(term));
}
