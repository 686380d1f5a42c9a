/** A seeded generator (mulberry32), so that two runs measure the same work. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const VOCABULARY_SIZE = 40_000;
const SYLLABLES = 'ka lo mi ter ra den sol pha vi nor bel ush tan gre ol ist mar cu ven da'.split(
  ' ',
);

/** Words that are drawn by Zipf's law, as words of a language are. */
export class Corpus {
  #next: () => number;
  #words: string[];

  constructor(seed: number) {
    this.#next = random(seed);
    this.#words = Array.from({ length: VOCABULARY_SIZE }, () => this.#word());
  }

  #word(): string {
    const count = 2 + Math.floor(this.#next() * 3);
    return Array.from(
      { length: count },
      () => SYLLABLES[Math.floor(this.#next() * SYLLABLES.length)],
    ).join('');
  }

  /** Of the rank-th most frequent word the share is about 1/rank. */
  word(): string {
    const rank = Math.floor(VOCABULARY_SIZE ** this.#next());
    return this.#words[rank - 1] ?? 'word';
  }

  sentence(): string {
    const words = Array.from({ length: 8 + Math.floor(this.#next() * 14) }, () => this.word());
    const text = words.join(' ');
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  }

  document(length: number): string {
    const parts: string[] = [];
    for (let size = 0; size < length; ) {
      const paragraph = Array.from({ length: 5 }, () => this.sentence()).join(' ');
      parts.push(paragraph);
      size += paragraph.length + 2;
    }
    return parts.join('\n\n');
  }

  /** As people ask: a few words, of which some are rare. */
  query(): string {
    return Array.from({ length: 3 + Math.floor(this.#next() * 3) }, () => this.word()).join(' ');
  }
}
