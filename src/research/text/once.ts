import type { Corpus, Sentence } from './corpus';
import type { Question } from './question';

/**
 * Sentences are compared pair by pair, and each pair asks the same of both: what is worked out of a
 * sentence is kept for as long as the sentence is. Of something that depends on nothing else.
 */
export function oncePerSentence<Result>(
  work: (sentence: Sentence) => Result,
): (sentence: Sentence) => Result {
  const known = new WeakMap<Sentence, { result: Result }>();
  return (sentence) => {
    const earlier = known.get(sentence);
    if (earlier) return earlier.result;
    const result = work(sentence);
    known.set(sentence, { result });
    return result;
  };
}

/** The same of what is asked of a sentence, kept for as long as the question is. A sentence is of
 * one corpus. */
export function oncePerQuestion<Result>(
  work: (corpus: Corpus, sentence: Sentence, question: Question) => Result,
): (corpus: Corpus, sentence: Sentence, question: Question) => Result {
  const known = new WeakMap<Question, Map<Sentence, { result: Result }>>();
  return (corpus, sentence, question) => {
    const bySentence = known.get(question) ?? new Map<Sentence, { result: Result }>();
    const earlier = bySentence.get(sentence);
    if (earlier) return earlier.result;
    const result = work(corpus, sentence, question);
    known.set(question, bySentence.set(sentence, { result }));
    return result;
  };
}
