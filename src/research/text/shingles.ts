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

/** The share of the smaller text's shingles that the larger one holds, 0 to 1. */
export function containment(a: Sketch, b: Sketch): number {
  const modulus = Math.max(a.modulus, b.modulus);
  const left = sampled(a, modulus);
  const right = sampled(b, modulus);
  const [small, large] = left.size <= right.size ? [left, right] : [right, left];
  if (small.size === 0) return 0;
  let shared = 0;
  for (const hash of small) if (large.has(hash)) shared++;
  return shared / small.size;
}

function sampled(of: Sketch, modulus: number): ReadonlySet<number> {
  if (of.modulus === modulus) return of.hashes;
  return new Set([...of.hashes].filter((hash) => hash % modulus === 0));
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
