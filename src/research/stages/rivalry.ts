import { bearsName } from '../text/anchor';
import { type Assertion, assertionOf, dateGiven } from '../text/assertion';
import type { Corpus, Sentence } from '../text/corpus';
import type { Question } from '../text/question';
import { isStatement } from '../text/statement';
import type { Candidate } from './candidate';
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
  /** One bears out what is said far more than the other, in whatever words. */
  areOpposed(a: Candidate, b: Candidate): boolean;
  /** No finding is surer: for a statement, how surely the sources together bear it out. */
  ceiling: number;
}

/**
 * Sentences deny each other by what they say. On a yes-no question or a statement they also do when
 * they are opposed: by their difference, since how the question is worded weighs the same in both,
 * and by a word of denial in the one that bears less out; or by the date that each gives.
 */
export function rivalry(
  corpus: Corpus,
  asked: Question,
  candidates: readonly Candidate[],
): Rivalry {
  const assertion = assertionOf(asked);
  if (!assertion) return { ordered: [...candidates], areOpposed: () => false, ceiling: 1 };
  const judge = witness(corpus, assertion);
  const bySentence = new Map(candidates.map(({ sentence }) => [sentence, judge(sentence)]));
  const stands = standsOf(assertion, candidates, bySentence);
  // Who bears less out may only speak of something else: a denial shows in its words.
  const denies = (sentence: Sentence) => {
    const signs = bySentence.get(sentence)?.signs;
    if (!signs) return false;
    if (signs.otherAmount > 0) return true;
    return signs.negated + signs.opposed > 0 && bearsName(corpus, sentence, asked);
  };
  const isStated = asked.answer !== 'yes-no';
  return {
    ordered: isStated ? reordered(candidates, bySentence) : [...candidates],
    ceiling: isStated ? supportOf(corpus, assertion) : 1,
    areOpposed: ({ sentence: a }, { sentence: b }) => {
      const [left, right] = [stands.get(a), stands.get(b)];
      if (left === undefined || right === undefined || a.page === b.page) return false;
      if (left.date && right.date && left.date !== right.date) return true;
      const isApart = Math.abs(left.leaning - right.leaning) >= OPPOSED;
      return isApart && denies(left.leaning < right.leaning ? a : b);
    },
  };
}

interface Stand {
  leaning: number;
  date: ReturnType<typeof dateGiven>;
}

/** Of those that claim something on what is asked. */
function standsOf(
  assertion: Assertion,
  candidates: readonly Candidate[],
  bySentence: ReadonlyMap<Sentence, Witness>,
): Map<Sentence, Stand> {
  const stands = new Map<Sentence, Stand>();
  for (const { sentence, coverage } of candidates) {
    const seen = bySentence.get(sentence);
    if (!seen || coverage < MIN_COVERAGE || !isStatement(sentence)) continue;
    const date = dateGiven(assertion, sentence);
    stands.set(sentence, { leaning: leaning(seen.signs), date });
  }
  return stands;
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
