import type { Corpus, Sentence } from '../text/corpus';
import type { Question } from '../text/question';
import type { Weights } from '../text/weights';
import type { Candidate } from './candidate';

const SEEDS = 5;

/**
 * The second hop inside the pages at hand: a sentence gains when a good sentence of another page
 * names its page, when it names a good sentence's page, or when both name what the question does
 * not. The answer to "Where was the director of X born?" stands in such a sentence.
 */
export function linkScores(
  corpus: Corpus,
  candidates: readonly Candidate[],
  question: Question,
  weights: Weights,
): Map<Sentence, number> {
  const seeds = [...candidates].sort((a, b) => b.score - a.score).slice(0, SEEDS);
  const best = Math.max(1e-9, seeds[0]?.score ?? 0);
  const asked = new Set(question.terms);
  const links = new Map<Sentence, number>();
  for (const { sentence } of candidates) {
    let strongest = 0;
    for (const seed of seeds) {
      if (seed.sentence.page === sentence.page) continue;
      const link = linkBetween(corpus, seed.sentence, sentence, asked, weights);
      strongest = Math.max(strongest, link * (seed.score / best));
    }
    if (strongest > 0) links.set(sentence, strongest);
  }
  return links;
}

function linkBetween(
  corpus: Corpus,
  seed: Sentence,
  sentence: Sentence,
  asked: ReadonlySet<string>,
  weights: Weights,
): number {
  const titleOf = (of: Sentence) => corpus.pages[of.page]?.titleTerms ?? [];
  let link = 0;
  if (holds(seed, titleOf(sentence), asked)) {
    link += weights.linkToTitle * (sentence.position === 0 ? 1 : 0.6);
  }
  if (holds(sentence, titleOf(seed), asked)) link += weights.linkFromTitle;
  const shared = seed.names.some((name) => holds(sentence, name.key.split(' '), asked));
  return link + (shared ? weights.linkByName : 0);
}

/** True when a sentence holds all of a name's terms and the question does not hold them all. */
function holds(sentence: Sentence, name: readonly string[], asked: ReadonlySet<string>): boolean {
  return (
    name.length > 0 &&
    name.every((term) => sentence.counts.has(term)) &&
    !name.every((term) => asked.has(term))
  );
}
