const SHINGLE_WORDS = 5;
/** A sketch keeps about this many shingles of a long text. */
const SKETCH_SIZE = 1_500;

/**
 * A sample of the hashes of all runs of five words (Broder 1997): those that a modulus divides, so
 * that the samples of two texts can be compared. The modulus is a power of two.
 */
export interface Sketch {
  hashes: ReadonlySet<number>;
  modulus: number;
}

export function sketch(text: string): Sketch {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const wordHashes = words.map(hashOf);
  let modulus = 1;
  while (words.length / modulus > SKETCH_SIZE) modulus *= 2;
  const hashes = new Set<number>();
  for (let at = 0; at + SHINGLE_WORDS <= words.length; at++) {
    let hash = 17;
    for (let of = at; of < at + SHINGLE_WORDS; of++) {
      hash = mixed(Math.imul(hash, 31) + (wordHashes[of] ?? 0));
    }
    if (hash % modulus === 0) hashes.add(hash);
  }
  return { hashes, modulus };
}

/** Sketches by number, found again by the shingles that they share: what shares none costs nothing. */
export class SketchIndex {
  #sketches = new Map<number, Sketch>();
  #holders = new Map<number, number[]>();

  add(number: number, of: Sketch): void {
    this.#sketches.set(number, of);
    for (const hash of of.hashes) {
      const holders = this.#holders.get(hash);
      if (holders) holders.push(number);
      else this.#holders.set(hash, [number]);
    }
  }

  /**
   * By the number of each sketch that shares a shingle with `of`: the share of the smaller text's
   * shingles that the larger one holds, above 0 to 1.
   */
  containments(of: Sketch): Map<number, number> {
    const shares = new Map<number, number>();
    for (const [number, shared] of this.#sharedCounts(of)) {
      const other = this.#sketches.get(number);
      if (!other) continue;
      const modulus = Math.max(of.modulus, other.modulus);
      const smaller = Math.min(sampledCount(of, modulus), sampledCount(other, modulus));
      shares.set(number, shared / smaller);
    }
    return shares;
  }

  /** Of two samples the finer is thinned to what is in the coarser. */
  #sharedCounts(of: Sketch): Map<number, number> {
    const counts = new Map<number, number>();
    for (const hash of of.hashes) {
      for (const number of this.#holders.get(hash) ?? []) {
        const modulus = Math.max(of.modulus, this.#sketches.get(number)?.modulus ?? 1);
        if (hash % modulus === 0) counts.set(number, (counts.get(number) ?? 0) + 1);
      }
    }
    return counts;
  }
}

function sampledCount(of: Sketch, modulus: number): number {
  if (of.modulus === modulus) return of.hashes.size;
  let count = 0;
  for (const hash of of.hashes) if (hash % modulus === 0) count++;
  return count;
}

/** FNV-1a over UTF-16 code units. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < word.length; at++) {
    hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}

/** The finalizer of MurmurHash3, so that the low bits depend on all words. */
function mixed(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
