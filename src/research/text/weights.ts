/**
 * How much each sign of a good sentence counts beside its own BM25, which counts 1. Found by
 * coordinate search on questions of several kinds, then rounded: none is exact to more than a third.
 */
export interface Weights {
  /** BM25 of the page. */
  page: number;
  /** The share of the page's title that is in the question. */
  title: number;
  /** Occurrences that a term is given in every sentence of a page with it in the title. */
  titleInSentence: number;
  /** The same, for a term in the page's first sentences. */
  topicInSentence: number;
  /** Occurrences that a term is given for a synonym of it. */
  synonym: number;
  /** The share of the question's names that stand whole in sentence or title. */
  names: number;
  /** Likeness to the best sentences (relevance feedback). */
  feedback: number;
  /** Something of the asked kind is in the sentence. */
  answer: number;
  /** It stands next to the words that ask for it, and the question is simple. */
  answerNear: number;
  /** The page's first sentence. */
  lead: number;
  /** Falls off with the sentence's place. */
  position: number;
  /** A good sentence of another page names this page. */
  linkToTitle: number;
  /** The sentence names the page of a good one. */
  linkFromTitle: number;
  /** Both hold a name that the question does not. */
  linkByName: number;
  /** BM25's b and k1. */
  lengthNorm: number;
  saturation: number;
  /** Choosing: a page not heard yet, question terms not covered yet, likeness to what is chosen. */
  newPage: number;
  newTerms: number;
  novelty: number;
}

export const WEIGHTS: Readonly<Weights> = {
  page: 0.15,
  title: 0.15,
  titleInSentence: 0.8,
  topicInSentence: 0.3,
  synonym: 0.35,
  names: 0.15,
  feedback: 0.15,
  answer: 0.15,
  answerNear: 0.25,
  lead: 0.06,
  position: 0.03,
  linkToTitle: 0.5,
  linkFromTitle: 0.28,
  linkByName: 0.1,
  lengthNorm: 0.4,
  saturation: 1.2,
  newPage: 0.08,
  newTerms: 0.3,
  novelty: 0.3,
};
