import type { Sentence } from '../text/corpus';

/** A sentence that may answer a sub-question. */
export interface Candidate {
  sentence: Sentence;
  subQuestion: number;
  /** Higher is better; comparable within one sub-question. */
  score: number;
  /** Share of the question's weight (by idf) that the sentence and its page's title cover, 0–1. */
  coverage: number;
  /** The question's terms that stand in the sentence or its page's title. */
  matched: string[];
  /** True when a model that read the page pointed it out. */
  isProposed?: boolean;
}
