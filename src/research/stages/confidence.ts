import type { FindingStatus } from '../types';
import type { Grade } from './relevance';

export interface Ground {
  status: Exclude<FindingStatus, 'NEI'>;
  /** How many publishers say it, copies counted once. */
  independent: number;
  grade: Grade;
  /** The score of its best sentence, as a share of the best on the same sub-question. */
  relativeScore: number;
  /** How much of what is asked its best sentence says, 0 to 1. */
  focus: number;
  /** A value of the asked kind stands right by what is asked. */
  isAnswer: boolean;
}

const STATUS: Record<Ground['status'], number> = {
  established: 0.42,
  reported: 0,
  contested: -0.6,
  unverified: -1.5,
};

/**
 * The probability that a finding is right, by a logistic regression: that it gives a right answer
 * (RAMDocs), or is a sentence that the answer rests on (HotpotQA); both sets count the same. The
 * form was compared by training on one half of the questions and looking at the other; the numbers
 * are those of all questions. What the sets hold too few of, the statuses and the count of sources,
 * was set by hand.
 */
export function confidenceOf(ground: Ground): number {
  const { status, independent, grade, relativeScore, focus, isAnswer } = ground;
  const logOdds =
    -4.63 +
    STATUS[status] +
    0.45 * Math.log2(Math.max(1, independent)) +
    (grade === 'direct' ? 0.66 : 0) +
    3.89 * Math.min(1, Math.max(0, relativeScore)) +
    0.8 * focus +
    (isAnswer ? 0.52 : 0);
  const confidence = 1 / (1 + Math.exp(-logOdds));
  return Math.round(confidence * 1000) / 1000;
}
