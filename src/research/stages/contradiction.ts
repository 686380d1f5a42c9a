import { align } from '../text/alignment';
import { type Answer, answerIn } from '../text/answers';
import { type Corpus, isNegated, type Sentence, sentenceValues } from '../text/corpus';
import type { Question } from '../text/question';
import { jaccard, sharedCount } from '../text/similarity';
import { areToldApart, mayShareHead, mayShareSubject, mayShareTitle } from '../text/subject';
import { areOpposites, synonyms } from '../text/synonyms';
import { type Value, valuesDiffer } from '../text/values';
import type { Candidate } from './candidate';

/** How much of two statements must be alike, beside what differs, for them to deny each other. */
const ALIKE = 0.5;
const MIN_SHARED_TERMS = 3;
/** A share of the question's weight: a sentence below it does not answer the question. */
const MIN_COVERAGE = 0.4;
/** Agreeing terms that must stand around the one place in which two wordings differ. */
const MIN_FRAME_TERMS = 5;
/** And the share of the shorter wording that must agree. */
const FRAME_SHARE = 0.65;
const MAX_PUT_TERMS = 4;

/** How the sentences of two different pages stand to each other, as answers to one question. */
export function contradicts(
  corpus: Corpus,
  question: Question,
  a: Candidate,
  b: Candidate,
): boolean {
  if (a.sentence.page === b.sentence.page) return false;
  if (a.coverage < MIN_COVERAGE || b.coverage < MIN_COVERAGE) return false;
  const mayShare = mayShareSubject(corpus, a.sentence, b.sentence);
  if (mayShare && wordingClashes(a.sentence, b.sentence)) return true;
  if (areToldApart(corpus, question, a.sentence, b.sentence)) return false;
  if (answersClash(corpus, question, a, b)) return true;
  return (
    mayShare && (valuesClash(a.sentence, b.sentence) || polarityClashes(a.sentence, b.sentence))
  );
}

/** True when both answer the question, strongly, with the same value. */
export function sameAnswer(
  corpus: Corpus,
  question: Question,
  a: Candidate,
  b: Candidate,
): boolean {
  if (a.coverage < MIN_COVERAGE || b.coverage < MIN_COVERAGE) return false;
  const pair = answers(corpus, question, a, b);
  return pair !== null && pair[0].kind === pair[1].kind && pair[0].key === pair[1].key;
}

/** The same said of the same, with another number, date or amount of one unit. */
function valuesClash(a: Sentence, b: Sentence): boolean {
  const left = sentenceValues(a);
  const right = sentenceValues(b);
  if (left.length === 0 || right.length === 0) return false;
  const restA = rest(a, left);
  const restB = rest(b, right);
  if (sharedCount(restA, restB) < MIN_SHARED_TERMS || jaccard(restA, restB) < ALIKE) return false;
  return left.some((value) => {
    const rivals = right.filter((other) => sameSlot(a, value, b, other));
    return rivals.length > 0 && rivals.every((other) => valuesDiffer(value, other));
  });
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
function wordingClashes(a: Sentence, b: Sentence): boolean {
  const left = a.tokens.map((token) => token.term);
  const right = b.tokens.map((token) => token.term);
  const shared = sharedCount(new Set(a.counts.keys()), new Set(b.counts.keys()));
  const shorter = Math.min(left.length, right.length);
  if (shared < MIN_FRAME_TERMS || shared < ALIKE * shorter) return false;
  const { agreed, substitutions } = align(left, right);
  if (agreed < MIN_FRAME_TERMS || agreed < FRAME_SHARE * shorter) return false;
  return substitutions.some(
    (put) =>
      Math.max(put.left.length, put.right.length) <= MAX_PUT_TERMS &&
      !put.left.some((term) => put.right.some((other) => meansTheSame(term, other))) &&
      // Words that were only moved stand in both sentences.
      !(
        put.left.every((term) => b.counts.has(term)) &&
        put.right.every((term) => a.counts.has(term))
      ),
  );
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
  if (left.kind !== right.kind || left.key === right.key) return false;
  const isPrefix = left.key.includes(right.key) || right.key.includes(left.key);
  return !isPrefix && !mentions(a.sentence, right) && !mentions(b.sentence, left);
}

function answers(
  corpus: Corpus,
  question: Question,
  a: Candidate,
  b: Candidate,
): [Answer, Answer] | null {
  if (!question.isSimple) return null;
  if (!mayShareTitle(corpus, a.sentence, b.sentence)) return null;
  if (!mayShareHead(question, a.sentence, b.sentence)) return null;
  const left = answerIn(corpus, a.sentence, question);
  const right = answerIn(corpus, b.sentence, question);
  return left?.strong && right?.strong ? [left, right] : null;
}

function mentions(sentence: Sentence, answer: Answer): boolean {
  if (answer.kind === 'date' || answer.kind === 'number') {
    return sentenceValues(sentence).some((value) => value.value === answer.key);
  }
  return answer.key.split(' ').every((term) => sentence.counts.has(term));
}
