import { isAsciiWord, isBeyondAscii, unitAt } from './ascii';
import { hashOf } from './hash';

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
function wordHashes(text: string): number[] {
  const found: number[] = [];
  for (let start = 0; start < text.length; ) {
    let end = start;
    while (isAsciiWord(unitAt(text, end))) end++;
    if (isBeyondAscii(unitAt(text, end))) {
      WORD.lastIndex = start;
      end = WORD.test(text) ? WORD.lastIndex : start;
    }
    if (end > start) found.push(hashOf(text, start, end));
    start = Math.max(end, start + 1);
  }
  return found;
}

/** Sketches by number, found again by the shingles that they share: what shares none costs nothing. */
export class SketchIndex {
  #sketches = new Map<number, Sketch>();
  /** Who holds a shingle: an entry of the last holder, and before each entry that of another. */
  #last = new Map<number, number>();
  #holders: number[] = [];
  #before: (number | undefined)[] = [];

  add(number: number, of: Sketch): void {
    this.#sketches.set(number, of);
    for (const hash of of.hashes) {
      this.#before.push(this.#last.get(hash));
      this.#last.set(hash, this.#holders.length);
      this.#holders.push(number);
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
      for (let at = this.#last.get(hash); at !== undefined; at = this.#before[at]) {
        const number = this.#holders[at] ?? 0;
        const modulus = Math.max(of.modulus, this.#sketches.get(number)?.modulus ?? 1);
        if (isSampled(hash, modulus)) counts.set(number, (counts.get(number) ?? 0) + 1);
      }
    }
    return counts;
  }
}

function sampledCount({ hashes, modulus }: Sketch, coarser: number): number {
  if (modulus === coarser) return hashes.length;
  let count = 0;
  for (const hash of hashes) if (isSampled(hash, coarser)) count++;
  return count;
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
