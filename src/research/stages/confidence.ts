import type { FindingStatus } from '../types';
import type { Grade } from './relevance';

export interface Ground {
  status: Exclude<FindingStatus, 'NEI'>;
  /** How many further publishers say it or give the same answer, copies counted once. */
  others: number;
  grade: Grade;
  /** The question leaves no second step: one sentence can answer it. */
  isOneStep: boolean;
  /** The score of its best sentence, as a share of the best on the same sub-question. */
  relativeScore: number;
  /** How many pages hold a better sentence on the same sub-question. */
  pagesBefore: number;
  /** How much of what is asked its best sentence says, 0 to 1. */
  focus: number;
  /** A value of the asked kind stands right by what is asked. */
  isAnswer: boolean;
}

const ESTABLISHED = 0.47;
const UNVERIFIED = -1.02;
const CONTESTED = -0.56;
/** A second voice that agrees tells much, a fourth hardly more. */
const MAX_OTHERS = 2;
/** What was measured is too little to be surer of anything than this, or of its contrary. */
const SUREST = 0.99;
const LEAST = 0.01;

/**
 * The probability that a finding is right, by a logistic regression (Platt 1999): that its own
 * quotes give a right answer (RAMDocs), or hold a sentence that the answer rests on (HotpotQA); both
 * sets count the same, and the two sides of a dispute each by itself. The form was compared by
 * training on one half of the questions and looking at the other; the numbers are those of all
 * questions. They are few where a finding is established.
 */
export function confidenceOf(ground: Ground): number {
  const { others, grade, isOneStep, pagesBefore, focus, isAnswer } = ground;
  const relativeScore = Math.min(1, Math.max(0, ground.relativeScore));
  const logOdds =
    -3.06 +
    standing(ground) +
    0.62 * Math.min(MAX_OTHERS, others) +
    (grade === 'direct' ? 0.57 : 0) +
    (isOneStep ? 1.97 + 1.13 * relativeScore : 3.6 * relativeScore) -
    1.15 * Math.log(1 + pagesBefore) +
    0.44 * focus +
    (isAnswer ? 0.24 : 0);
  const confidence = 1 / (1 + Math.exp(-logOdds));
  return Math.round(Math.min(SUREST, Math.max(LEAST, confidence)) * 1000) / 1000;
}

/** A dispute takes most from what would else be surest: coming first no longer says that much. */
function standing({ status, pagesBefore }: Ground): number {
  if (status === 'contested') return CONTESTED / (1 + pagesBefore);
  if (status === 'unverified') return UNVERIFIED;
  return status === 'established' ? ESTABLISHED : 0;
}
