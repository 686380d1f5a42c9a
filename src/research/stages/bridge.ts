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
  const best = [...candidates].sort((a, b) => b.score - a.score).slice(0, SEEDS);
  const seeds = best.map((candidate) => seedOf(corpus, candidate, question));
  const bestScore = Math.max(1e-9, best[0]?.score ?? 0);
  const links = new Map<Sentence, number>();
  for (const { sentence } of candidates) {
    let strongest = 0;
    for (const seed of seeds) {
      if (seed.page === sentence.page) continue;
      const link = linkBetween(seed, sentence, weights);
      strongest = Math.max(strongest, link * (seed.score / bestScore));
    }
    if (strongest > 0) links.set(sentence, strongest);
  }
  return links;
}

/** A good sentence as others are compared with it. */
interface Seed {
  score: number;
  page: number;
  /** For each page, whether the sentence names it. */
  namesPage: readonly boolean[];
  /** The terms of its page's title; null when the question holds them all. */
  title: readonly string[] | null;
  /** Its names that the question does not hold, each as its terms. */
  names: readonly (readonly string[])[];
}

function seedOf(corpus: Corpus, { sentence, score }: Candidate, question: Question): Seed {
  const asked = new Set(question.terms);
  const isNew = (name: readonly string[]) => !name.every((term) => asked.has(term));
  const titles = corpus.pages.map(({ titleTerms }) => (isNew(titleTerms) ? titleTerms : null));
  return {
    score,
    page: sentence.page,
    namesPage: titles.map((title) => title !== null && holds(sentence, title)),
    title: titles[sentence.page] ?? null,
    names: sentence.names.map(({ key }) => key.split(' ')).filter(isNew),
  };
}

function linkBetween(seed: Seed, sentence: Sentence, weights: Weights): number {
  let link = 0;
  if (seed.namesPage[sentence.page]) {
    link += weights.linkToTitle * (sentence.position === 0 ? 1 : 0.6);
  }
  if (seed.title !== null && holds(sentence, seed.title)) link += weights.linkFromTitle;
  const shared = seed.names.some((name) => holds(sentence, name));
  return link + (shared ? weights.linkByName : 0);
}

function holds({ counts }: Sentence, name: readonly string[]): boolean {
  return name.every((term) => counts.has(term));
}
