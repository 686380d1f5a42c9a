import { isAsciiWord, isBeyondAscii, unitAt } from './ascii';
import { EMPTY_HASH, hashedOn, hashOf } from './hash';

const SHINGLE_WORDS = 5;
/** A sketch keeps about this many shingles of a long text. */
const SKETCH_SIZE = 1_500;

/**
 * A sample of the hashes of all runs of five words (Broder 1997): those that a modulus divides, so
 * that the samples of two texts can be compared. The modulus is a power of two.
 */
export interface Sketch {
  /** Ascending, each once. */
  hashes: Int32Array;
  modulus: number;
}

export function sketch(text: string): Sketch {
  const words = wordHashes(text.toLowerCase());
  let modulus = 1;
  while (words.length / modulus > SKETCH_SIZE) modulus *= 2;
  const sampled: number[] = [];
  for (let at = 0; at + SHINGLE_WORDS <= words.length; at++) {
    let hash = 17;
    for (let of = at; of < at + SHINGLE_WORDS; of++) {
      hash = mixed((Math.imul(hash, 31) + (words[of] ?? 0)) | 0);
    }
    if (isSampled(hash, modulus)) sampled.push(hash);
  }
  const ascending = new Int32Array(sampled).sort();
  return { hashes: ascending.filter((hash, at) => hash !== ascending[at - 1]), modulus };
}

const WORD = /[\p{L}\p{N}]+/uy;

/** Of each run of letters and digits, in order. */
function wordHashes(text: string): Int32Array {
  const found: number[] = [];
  for (let start = 0; start < text.length; ) {
    let end = start;
    let hash = EMPTY_HASH;
    let unit = unitAt(text, end);
    while (isAsciiWord(unit)) {
      hash = hashedOn(hash, unit);
      unit = unitAt(text, ++end);
    }
    if (isBeyondAscii(unit)) {
      WORD.lastIndex = start;
      end = WORD.test(text) ? WORD.lastIndex : start;
      hash = hashOf(text, start, end);
    }
    if (end > start) found.push(hash);
    start = Math.max(end, start + 1);
  }
  return new Int32Array(found);
}

/** True when of the shingles of the smaller text the larger one holds at least such a share, above
 * 0 to 1. Of two samples the finer is thinned to what is in the coarser. */
export function isContained(a: Sketch, b: Sketch, share: number): boolean {
  const modulus = Math.max(a.modulus, b.modulus);
  const [left, right] = [thinned(a, modulus), thinned(b, modulus)];
  const smaller = Math.min(left.length, right.length);
  return smaller > 0 && shareAtLeast(left, right, share * smaller);
}

function thinned({ hashes, modulus }: Sketch, coarser: number): Int32Array {
  return modulus === coarser ? hashes : hashes.filter((hash) => isSampled(hash, coarser));
}

/** True when two ascending lists have so many in common. Most pairs have next to none, and it is
 * known long before the end that they have not enough. */
function shareAtLeast(left: Int32Array, right: Int32Array, least: number): boolean {
  let shared = 0;
  let i = 0;
  let j = 0;
  while (shared < least && shared + Math.min(left.length - i, right.length - j) >= least) {
    const a = left[i] ?? 0;
    const b = right[j] ?? 0;
    if (a === b) shared++;
    if (a <= b) i++;
    if (b <= a) j++;
  }
  return shared >= least;
}

function isSampled(hash: number, modulus: number): boolean {
  return (hash & (modulus - 1)) === 0;
}

/** The finalizer of MurmurHash3, so that the low bits depend on all words. */
function mixed(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
