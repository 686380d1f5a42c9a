import { speaksOfSubject, standsForAnother } from '../text/anchor';
import { type Answer, answerIn } from '../text/answers';
import type { Corpus, Sentence } from '../text/corpus';
import { oncePerQuestion } from '../text/once';
import type { Question } from '../text/question';
import { mayShareHead } from '../text/subject';
import { focusShare } from './relevance';

/** A share of what is asked of the subject: a sentence below it does not answer the question. */
const MIN_FOCUS = 0.34;

/** Both strong, both about what is asked: it is named there, or a pronoun stands for it. */
export function answers(
  corpus: Corpus,
  question: Question,
  a: Sentence,
  b: Sentence,
): [Answer, Answer] | null {
  const left = claimedAnswer(corpus, a, question);
  const right = left && claimedAnswer(corpus, b, question);
  if (!left || !right) return null;
  return mayShareHead(corpus, question, a, b) ? [left, right] : null;
}

/** What a sentence answers to a question that has one answer. */
export const claimedAnswer = oncePerQuestion((corpus, sentence, question) => {
  if (!question.isSimple) return null;
  if (focusShare(corpus, sentence, question) < MIN_FOCUS) return null;
  if (!speaksOfSubject(sentence, question)) return null;
  if (standsForAnother(corpus, sentence, question)) return null;
  const answer = answerIn(corpus, sentence, question);
  return answer?.strong ? answer : null;
});
