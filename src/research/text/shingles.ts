import { isAscii } from '../../lib/ascii';
import { UnitBuffer } from '../../lib/units';
import { EMPTY_HASH, hashedOn } from './hash';
import { kindAt, LETTER, NUMBER } from './letters';

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
  const words = wordHashes(text);
  let modulus = 1;
  while (words.length / modulus > SKETCH_SIZE) modulus *= 2;
  return { hashes: eachOnce(sampledShingles(words, modulus).sort()), modulus };
}

/** Written over the words that they are made of. */
function sampledShingles(words: Int32Array, modulus: number): Int32Array {
  let count = 0;
  for (let at = 0; at + SHINGLE_WORDS <= words.length; at++) {
    let hash = 17;
    for (let of = at; of < at + SHINGLE_WORDS; of++) {
      hash = mixed((Math.imul(hash, 31) + (words[of] ?? 0)) | 0);
    }
    if (isSampled(hash, modulus)) words[count++] = hash;
  }
  return words.subarray(0, count);
}

/** Of ascending numbers. */
function eachOnce(ascending: Int32Array): Int32Array {
  let count = 0;
  for (let at = 0; at < ascending.length; at++) {
    const hash = ascending[at] ?? 0;
    if (count === 0 || hash !== ascending[count - 1]) ascending[count++] = hash;
  }
  return ascending.slice(0, count);
}

const buffer = new UnitBuffer();

/** Of each run of letters and digits in small letters, in order. */
function wordHashes(text: string): Int32Array {
  const small = isAscii(text) ? text : text.toLowerCase();
  const units = buffer.read(small);
  const found = new Int32Array(Math.ceil(small.length / 2));
  let count = 0;
  for (let at = 0; at < small.length; at++) {
    let part = partAt(units, at);
    if (part === 0) continue;
    let hash = EMPTY_HASH;
    while (part !== 0) {
      hash = hashedOn(hash, part);
      part = partAt(units, ++at);
    }
    found[count++] = hash;
  }
  return found.subarray(0, count);
}

/** By unit: the small letter or the digit that it is; 0 for all else. */
const ASCII_PARTS = Uint8Array.from({ length: 128 }, (_, unit) =>
  /[A-Za-z0-9]/.test(String.fromCharCode(unit))
    ? String.fromCharCode(unit).toLowerCase().charCodeAt(0)
    : 0,
);

/** The small letter or the digit that stands there, or 0. */
function partAt(units: Uint16Array, at: number): number {
  const unit = units[at] ?? 0;
  if (unit < ASCII_PARTS.length) return ASCII_PARTS[unit] ?? 0;
  return kindAt(units, at) & (LETTER | NUMBER) ? unit : 0;
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
