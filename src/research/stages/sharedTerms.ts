import type { Corpus, Sentence } from '../text/corpus';

/** So much may the order in which floating-point numbers are added change a likeness. */
const ROUNDING = 1e-9;

/**
 * What each two of a few sentences share, worked out for all pairs at once: most terms stand in one
 * sentence only, and most pairs have nothing in common that matters.
 */
export class SharedTerms {
  #size: number;
  /** By a sentence's index: its place in the tables. */
  #places: Int32Array;
  #counts: Uint16Array;
  /** The sums of the shared terms' squared weights (idf). */
  #weights: Float64Array;

  constructor(corpus: Corpus, sentences: readonly Sentence[]) {
    this.#size = sentences.length;
    this.#places = new Int32Array(corpus.sentences.length);
    this.#counts = new Uint16Array(this.#size ** 2);
    this.#weights = new Float64Array(this.#size ** 2);
    const holders = new Map<string, number[]>();
    for (const [place, sentence] of sentences.entries()) {
      this.#places[sentence.index] = place;
      for (const term of sentence.counts.keys()) {
        const holding = holders.get(term);
        if (holding) holding.push(place);
        else holders.set(term, [place]);
      }
    }
    for (const [term, holding] of holders) this.#add(corpus.idf(term) ** 2, holding);
  }

  #add(weight: number, holding: readonly number[]): void {
    for (const one of holding) {
      for (const other of holding) {
        const pair = one * this.#size + other;
        this.#counts[pair] = (this.#counts[pair] ?? 0) + 1;
        this.#weights[pair] = (this.#weights[pair] ?? 0) + weight;
      }
    }
  }

  /** How many terms stand in both. */
  count(a: Sentence, b: Sentence): number {
    return this.#counts[this.#pair(a, b)] ?? 0;
  }

  /** False when the cosine of the two, weighed by idf, is below `least`; when it is about as much,
   * only the cosine itself can tell. */
  mayBeAlike(a: Sentence, b: Sentence, least: number): boolean {
    const shared = this.#weights[this.#pair(a, b)] ?? 0;
    const own = (this.#weights[this.#pair(a, a)] ?? 0) * (this.#weights[this.#pair(b, b)] ?? 0);
    return shared >= (least - ROUNDING) * Math.sqrt(own);
  }

  #pair(a: Sentence, b: Sentence): number {
    return (this.#places[a.index] ?? 0) * this.#size + (this.#places[b.index] ?? 0);
  }
}
