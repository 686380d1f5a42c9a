import type { Corpus, Sentence } from '../text/corpus';
import type { Question } from '../text/question';
import type { Candidate } from './candidate';
import { claimedAnswer } from './claimedAnswer';
import { SharedTerms } from './sharedTerms';

/** A few candidates for one question, with what is asked of each two of them. */
export interface Comparison {
  corpus: Corpus;
  question: Question;
  shared: SharedTerms;
  /** Those that claim an answer. */
  answering: ReadonlySet<Sentence>;
}

export function comparisonOf(
  corpus: Corpus,
  question: Question,
  candidates: readonly Candidate[],
): Comparison {
  const sentences = candidates.map(({ sentence }) => sentence);
  const answering = sentences.filter((one) => claimedAnswer(corpus, one, question) !== null);
  return {
    corpus,
    question,
    shared: new SharedTerms(corpus, sentences),
    answering: new Set(answering),
  };
}
