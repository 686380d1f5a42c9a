import { stemmer } from 'stemmer';
import { hashOf } from './hash';
import { STOP_WORDS } from './stopWords';

/** In place of a term's number: the word is a function word, which has none. */
export const NO_TERM = -1;
/** In place of a term's number: the word was not met before. */
export const UNKNOWN = -2;

const MAX_WORD_UNITS = 60;
/** At least half of the places are free, so that a word is found at the first or second look. */
const PLACES = 2 ** 16;
const MAX_COUNT = PLACES / 2;
const MAX_LETTERS = 10 * MAX_COUNT;
/** Words can be made up that all have one place. */
const MAX_LOOKS = 32;

/** What is kept of a word side by side, as a look into far memory costs more than all else here:
 * its hash, the number of its term, where its units begin among all letters, and how many. */
const FIELDS = 4;
const TERM = 1;
const FIRST_LETTER = 2;
/** 0 where no word is. */
const LENGTH = 3;

/**
 * The words that were met and the terms under which they are compared, by number. Most words of a
 * text were met before, and are found by their units without making a string of them.
 */
export class Vocabulary {
  #terms: string[] = [];
  #numbers = new Map<string, number>();
  /** Each word at the place that its hash says, or at one of the next. */
  #words = new Int32Array(PLACES * FIELDS);
  #wordCount = 0;
  #letters = new Uint16Array(MAX_LETTERS);
  #letterCount = 0;

  get isFull(): boolean {
    const mostCount = Math.max(this.#wordCount, this.#terms.length);
    return mostCount >= MAX_COUNT || this.#letterCount > MAX_LETTERS - MAX_WORD_UNITS;
  }

  /** How many terms have a number. */
  get size(): number {
    return this.#terms.length;
  }

  term(number: number): string {
    return this.#terms[number] ?? '';
  }

  /** The number of a term, if it was met. */
  findTerm(term: string): number | undefined {
    return this.#numbers.get(term);
  }

  /** The number of the term of a word, {@link NO_TERM} or {@link UNKNOWN}. */
  find(units: Uint16Array, start: number, end: number): number {
    const words = this.#words;
    const hash = hashOf(units, start, end);
    let place = placeOf(hash);
    for (let look = 0; look < MAX_LOOKS; look++) {
      const length = words[place + LENGTH] ?? 0;
      if (length === 0) return UNKNOWN;
      if (words[place] === hash && length === end - start) {
        const first = words[place + FIRST_LETTER] ?? 0;
        if (this.#isAt(first, units, start, end)) return words[place + TERM] ?? 0;
      }
      place = nextPlace(place);
    }
    return UNKNOWN;
  }

  /** The number of the term of a word that is unknown, or {@link NO_TERM}. It is known from now on
   * if there is room, and otherwise costs the same again. */
  learn(units: Uint16Array, start: number, end: number): number {
    const word = units.subarray(start, end);
    const number = this.numberOf(termOf(textOf(word)));
    if (this.isFull || word.length > MAX_WORD_UNITS) return number;
    const hash = hashOf(units, start, end);
    let place = placeOf(hash);
    for (let look = 0; look < MAX_LOOKS; look++) {
      if (this.#words[place + LENGTH] === 0) {
        this.#words.set([hash, number, this.#letterCount, word.length], place);
        this.#letters.set(word, this.#letterCount);
        this.#letterCount += word.length;
        this.#wordCount++;
        break;
      }
      place = nextPlace(place);
    }
    return number;
  }

  #isAt(first: number, units: Uint16Array, start: number, end: number): boolean {
    const letters = this.#letters;
    let at = start;
    while (at < end && letters[first + at - start] === units[at]) at++;
    return at === end;
  }

  /** The number of a term, which is given one when it has none; {@link NO_TERM} of none. The term
   * must not be cut from a longer text, which it would keep in memory. */
  numberOf(term: string): number {
    if (term === '') return NO_TERM;
    const known = this.#numbers.get(term);
    if (known !== undefined) return known;
    const number = this.#terms.length;
    this.#terms.push(term);
    this.#numbers.set(term, number);
    return number;
  }
}

function placeOf(hash: number): number {
  return (hash & (PLACES - 1)) * FIELDS;
}

function nextPlace(place: number): number {
  return (place + FIELDS) & (PLACES * FIELDS - 1);
}

/** Not cut from a longer one, which it would keep in memory. */
function textOf(units: Uint16Array): string {
  return Buffer.from(units.buffer, units.byteOffset, units.byteLength).toString('utf16le');
}

let current = new Vocabulary();

/** The one of this Worker for what is read next. A full one goes when all that was read by it does. */
export function currentVocabulary(): Vocabulary {
  if (current.isFull) current = new Vocabulary();
  return current;
}

/** The form under which a word is compared: no case, no accents, no ending, no digit grouping; empty
 * for a function word. */
function termOf(word: string): string {
  const folded = folding(word);
  // Judged by the word, not by its stem: "owns" and "uses" mean something.
  if (STOP_WORDS.has(folded)) return '';
  if (/^\d/.test(folded)) return folded.replace(/(\d),(?=\d{3})/g, '$1');
  return /^[a-z]+$/.test(folded) ? stemmer(folded) : folded;
}

function folding(word: string): string {
  const lower = word.toLowerCase();
  if (/^[a-z]{1,60}$/.test(lower)) return lower;
  const plain = lower.normalize('NFKD').replace(/\p{M}/gu, '');
  return plain.length > MAX_WORD_UNITS ? beginningOf(plain) : plain;
}

/** A slice would keep the whole word in memory. */
function beginningOf(word: string): string {
  return Buffer.from(word.slice(0, MAX_WORD_UNITS), 'utf16le').toString('utf16le');
}
