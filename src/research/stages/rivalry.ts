import { assertionOf } from '../text/assertion';
import type { Corpus, Sentence } from '../text/corpus';
import type { Question } from '../text/question';
import { isStatement } from '../text/statement';
import type { Candidate } from './candidate';
import { contradicts } from './contradiction';
import { leaning, supportOf, type Witness, witness } from './evidence';

/** Both must say so much of what is asked: else they speak of different things. */
const MIN_COVERAGE = 0.6;
/** How many log odds must lie between two stances for one to deny the other. */
const OPPOSED = 2;
/** By so much less log odds of relevance, the score of a sentence is e times smaller. */
const SCALE = 3;

/** How the candidates for one question stand to it and to each other. */
export interface Rivalry {
  /** Best first; for a statement by what each says on it. */
  ordered: Candidate[];
  denies(a: Candidate, b: Candidate): boolean;
  /** No finding is surer: for a statement, how surely the sources together bear it out. */
  ceiling: number;
}

/**
 * Sentences deny each other by what they say. On a yes-no question or a statement they also do when
 * one bears it out far more than the other, in whatever words. Only their difference tells: how the
 * question itself is worded weighs the same in both.
 */
export function rivalry(
  corpus: Corpus,
  asked: Question,
  candidates: readonly Candidate[],
): Rivalry {
  const assertion = assertionOf(asked);
  const denies = remembered(corpus, (a, b) => contradicts(corpus, asked, a, b));
  if (!assertion) return { ordered: [...candidates], denies, ceiling: 1 };
  const judge = witness(corpus, assertion);
  const bySentence = new Map(candidates.map(({ sentence }) => [sentence, judge(sentence)]));
  const leaningOf = ({ sentence, coverage }: Candidate) => {
    const seen = bySentence.get(sentence);
    const isOne = seen && coverage >= MIN_COVERAGE && isStatement(sentence);
    return isOne ? leaning(seen.signs) : null;
  };
  const areOpposed = (a: Candidate, b: Candidate) => {
    const [left, right] = [leaningOf(a), leaningOf(b)];
    return left !== null && right !== null && Math.abs(left - right) >= OPPOSED;
  };
  const isStated = asked.answer !== 'yes-no';
  return {
    ordered: isStated ? reordered(candidates, bySentence) : [...candidates],
    ceiling: isStated ? supportOf(corpus, assertion) : 1,
    denies: (a, b) => denies(a, b) || (a.sentence.page !== b.sentence.page && areOpposed(a, b)),
  };
}

type Denial = (a: Candidate, b: Candidate) => boolean;

/** Two that were compared to be put together are compared again as rivals. */
function remembered({ sentences }: Corpus, denies: Denial): Denial {
  const known = new Map<number, boolean>();
  return (a, b) => {
    const pair = a.sentence.index * sentences.length + b.sentence.index;
    const earlier = known.get(pair);
    if (earlier !== undefined) return earlier;
    const denied = denies(a, b);
    known.set(pair, denied);
    return denied;
  };
}

/** On the scale of the scores that they had, so that what is far behind is still told as such. */
function reordered(
  candidates: readonly Candidate[],
  bySentence: ReadonlyMap<Sentence, Witness>,
): Candidate[] {
  const relevance = ({ sentence }: Candidate) =>
    bySentence.get(sentence)?.relevance ?? Number.NEGATIVE_INFINITY;
  const best = Math.max(...candidates.map(relevance));
  const top = candidates[0]?.score ?? 0;
  return candidates
    .map((one) => ({ ...one, score: top * Math.exp((relevance(one) - best) / SCALE) }))
    .sort((a, b) => b.score - a.score || a.sentence.index - b.sentence.index);
}
