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
  const held: HeldTerms = new Map();
  const queues = bySubQuestion.map((claims) => ({
    best: claims[0]?.lead.score ?? 0,
    waiting: claims.slice(0, CONSIDERED).map(waitingOf),
  }));
  // The parts of a question come before what is said on it as a whole.
  const [whole, ...parts] = queues;
  const turns = whole ? [...parts, whole] : [];
  for (let added = -1; added !== chosen.length && chosen.length < count; ) {
    added = chosen.length;
    for (const { best, waiting } of turns) {
      if (chosen.length >= count) break;
      for (const one of waiting) hear(corpus, one, chosen);
      const next = takeBest(waiting, best, held, weights);
      if (!next) continue;
      chosen.push(next);
      hold(held, next);
    }
  }
  return chosen;
}

/** A claim beside what is chosen already. */
interface Waiting {
  claim: Claim;
  /** How many of the chosen it was compared with. */
  comparedCount: number;
  /** To the one of these that is most alike, 0 to 1. */
  likeness: number;
  /** Its page is among theirs. */
  isHeard: boolean;
  /** One of them has its very sentence. */
  isSaid: boolean;
}

function waitingOf(claim: Claim): Waiting {
  return { claim, comparedCount: 0, likeness: 0, isHeard: false, isSaid: false };
}

/** Compares it with what was chosen since the last time. */
function hear(corpus: Corpus, waiting: Waiting, chosen: readonly Claim[]): void {
  const { sentence } = waiting.claim.lead;
  for (; waiting.comparedCount < chosen.length && !waiting.isSaid; waiting.comparedCount++) {
    const other = chosen[waiting.comparedCount]?.lead.sentence;
    if (!other) continue;
    waiting.isSaid = other === sentence;
    waiting.isHeard ||= other.page === sentence.page;
    waiting.likeness = Math.max(waiting.likeness, cosine(corpus, sentence, other));
  }
}

function takeBest(
  waiting: Waiting[],
  bestScore: number,
  held: HeldTerms,
  weights: Weights,
): Claim | null {
  let winner: Waiting | null = null;
  let winning = Number.NEGATIVE_INFINITY;
  for (const one of waiting) {
    if (one.isSaid) continue;
    const value =
      one.claim.lead.score / Math.max(1e-9, bestScore) -
      weights.novelty * one.likeness +
      (one.isHeard ? 0 : weights.newPage) +
      weights.newTerms * newTerms(one.claim, held);
    if (value > winning) {
      winner = one;
      winning = value;
    }
  }
  if (winner) waiting.splice(waiting.indexOf(winner), 1);
  return winner?.claim ?? null;
}

/** By sub-question: the question's terms that the claims chosen for it hold. */
type HeldTerms = Map<number, Set<string>>;

function hold(held: HeldTerms, { lead }: Claim): void {
  const own = held.get(lead.subQuestion) ?? new Set();
  for (const term of lead.matched) own.add(term);
  held.set(lead.subQuestion, own);
}

/** The share of the claim's question terms that no chosen claim of its sub-question holds. */
function newTerms({ lead: { subQuestion, matched } }: Claim, held: HeldTerms): number {
  const own = held.get(subQuestion);
  let count = 0;
  for (const term of matched) if (!own?.has(term)) count++;
  return count / Math.max(1, matched.length);
}
