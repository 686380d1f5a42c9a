import type { Corpus, Sentence } from './corpus';

/** Cosine of two sentences' terms, weighed by idf, 0 to 1. */
export function cosine(corpus: Corpus, a: Sentence, b: Sentence): number {
  const shared = sharedWeight(corpus, a, b);
  if (shared === 0) return 0;
  return shared / Math.sqrt(squaredWeight(corpus, a) * squaredWeight(corpus, b));
}

const weights = new WeakMap<Sentence, number>();

function squaredWeight(corpus: Corpus, of: Sentence): number {
  const known = weights.get(of);
  if (known !== undefined) return known;
  let sum = 0;
  for (const term of of.counts.keys()) sum += corpus.idf(term) ** 2;
  weights.set(of, sum);
  return sum;
}

/** How many terms stand in both. */
export function sharedTermCount(a: Sentence, b: Sentence): number {
  const [small, large] = a.counts.size <= b.counts.size ? [a, b] : [b, a];
  let shared = 0;
  for (const term of small.counts.keys()) if (large.counts.has(term)) shared++;
  return shared;
}

/** The same, each as often as it stands in both. */
export function sharedOccurrences(a: Sentence, b: Sentence): number {
  let shared = 0;
  for (const [term, count] of a.counts) shared += Math.min(count, b.counts.get(term) ?? 0);
  return shared;
}

function sharedWeight(corpus: Corpus, a: Sentence, b: Sentence): number {
  const [small, large] = a.counts.size <= b.counts.size ? [a, b] : [b, a];
  let sum = 0;
  for (const term of small.counts.keys()) {
    if (large.counts.has(term)) sum += corpus.idf(term) ** 2;
  }
  return sum;
}

/** Shared terms over all terms of two sets (Jaccard), 0 to 1. */
export function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = sharedCount(a, b);
  return shared / Math.max(1, a.size + b.size - shared);
}

export function sharedCount(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const term of a) if (b.has(term)) shared++;
  return shared;
}
