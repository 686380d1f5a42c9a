import type { Corpus, Sentence } from './corpus';
import type { Question } from './question';

/** What is worked out of a thing, and depends on nothing else, is kept for as long as the thing is. */
export function oncePer<Thing extends object, Result>(
  work: (thing: Thing) => Result,
): (thing: Thing) => Result {
  const known = new WeakMap<Thing, { result: Result }>();
  return (thing) => {
    const earlier = known.get(thing);
    if (earlier) return earlier.result;
    const result = work(thing);
    known.set(thing, { result });
    return result;
  };
}

/** Sentences are compared pair by pair, and each pair asks the same of both. */
export function oncePerSentence<Result>(
  work: (sentence: Sentence) => Result,
): (sentence: Sentence) => Result {
  return oncePer(work);
}

/** The same of what is asked of a sentence, kept for as long as the question is. A sentence is of
 * one corpus. */
export function oncePerQuestion<Result>(
  work: (corpus: Corpus, sentence: Sentence, question: Question) => Result,
): (corpus: Corpus, sentence: Sentence, question: Question) => Result {
  const knownTo = oncePer((_: Question) => new Map<Sentence, { result: Result }>());
  return (corpus, sentence, question) => {
    const bySentence = knownTo(question);
    const earlier = bySentence.get(sentence);
    if (earlier) return earlier.result;
    const result = work(corpus, sentence, question);
    bySentence.set(sentence, { result });
    return result;
  };
}
