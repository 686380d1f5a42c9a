import type { Corpus } from '../text/corpus';
import { cosine } from '../text/similarity';
import { WEIGHTS, type Weights } from '../text/weights';
import type { Claim } from './verify';

/** Further down than this no claim comes in for its novelty. */
const CONSIDERED = 60;

/**
 * The claims to keep, best first: relevance against novelty (maximal marginal relevance, Carbonell
 * and Goldstein 1998), with a bonus for a page not heard yet. The sub-questions take turns.
 */
export function select(
  corpus: Corpus,
  bySubQuestion: readonly (readonly Claim[])[],
  count: number,
  weights: Weights = WEIGHTS,
): Claim[] {
  const chosen: Claim[] = [];
  const queues = bySubQuestion.map((claims) => ({
    best: claims[0]?.lead.score ?? 0,
    waiting: claims.slice(0, CONSIDERED),
  }));
  // The parts of a question come before what is said on it as a whole.
  const [whole, ...parts] = queues;
  const turns = whole ? [...parts, whole] : [];
  for (let added = -1; added !== chosen.length && chosen.length < count; ) {
    added = chosen.length;
    for (const { best, waiting } of turns) {
      const next = chosen.length < count ? takeBest(corpus, waiting, best, chosen, weights) : null;
      if (next) chosen.push(next);
    }
  }
  return chosen;
}

function takeBest(
  corpus: Corpus,
  waiting: Claim[],
  bestScore: number,
  chosen: readonly Claim[],
  weights: Weights,
): Claim | null {
  let winner: Claim | null = null;
  let winning = Number.NEGATIVE_INFINITY;
  for (const claim of waiting) {
    if (chosen.some((other) => other.lead.sentence === claim.lead.sentence)) continue;
    const likeness = Math.max(
      0,
      ...chosen.map((other) => cosine(corpus, claim.lead.sentence, other.lead.sentence)),
    );
    const heard = chosen.some((other) => other.lead.sentence.page === claim.lead.sentence.page);
    const value =
      claim.lead.score / Math.max(1e-9, bestScore) -
      weights.novelty * likeness +
      (heard ? 0 : weights.newPage) +
      weights.newTerms * newTerms(claim, chosen);
    if (value > winning) {
      winner = claim;
      winning = value;
    }
  }
  if (winner) waiting.splice(waiting.indexOf(winner), 1);
  return winner;
}

/** The share of the claim's question terms that no chosen claim of its sub-question holds. */
function newTerms(claim: Claim, chosen: readonly Claim[]): number {
  const { subQuestion, matched } = claim.lead;
  const held = new Set(
    chosen.flatMap(({ lead }) => (lead.subQuestion === subQuestion ? lead.matched : [])),
  );
  return matched.filter((term) => !held.has(term)).length / Math.max(1, matched.length);
}
