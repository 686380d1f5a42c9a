import { UnitBuffer } from '../../lib/units';
import { kindAt, LETTER, MARK, NUMBER, UNSPACED } from './letters';
import { currentVocabulary, NO_TERM, UNKNOWN } from './vocabulary';

const FIRST_CAPACITY = 2 ** 10;

/**
 * The words of a part of a text: a number with its groups and its unit, or a run of letters, marks
 * and digits. Of scripts that put no space between words, each pair of neighbours. Function words
 * are left out. One list is used for many texts, one after the other.
 */
export class WordList {
  count = 0;
  /** Of each word: the number of its term, and its UTF-16 place in the text. */
  numbers = new Int32Array(FIRST_CAPACITY);
  starts = new Int32Array(FIRST_CAPACITY);
  ends = new Int32Array(FIRST_CAPACITY);
  /** Says what the numbers mean. */
  vocabulary = currentVocabulary();
  #buffer = new UnitBuffer();
  #units = this.#buffer.read('');

  begin(text: string): void {
    this.vocabulary = currentVocabulary();
    this.#units = this.#buffer.read(text);
    this.count = 0;
    // No word is shorter than a unit.
    if (text.length > this.numbers.length) {
      this.numbers = new Int32Array(2 * text.length);
      this.starts = new Int32Array(2 * text.length);
      this.ends = new Int32Array(2 * text.length);
    }
  }

  /** Adds the words of a part of the text. */
  add(start: number, end: number): void {
    const units = this.#units;
    const behind = units[end] ?? 0;
    // Ends every run, so that nothing else need look for the end.
    units[end] = 0;
    let at = start;
    while (at < end) {
      const kind = kindAt(units, at);
      if ((kind & WORD_PART) === 0) {
        at++;
        continue;
      }
      const wordEnd = kind & NUMBER ? numberEnd(units, at) : runEnd(units, at, WORD_PART);
      const number = this.vocabulary.find(units, at, wordEnd);
      if (number >= 0) this.#push(number, at, wordEnd);
      else if (number === UNKNOWN) this.#addUnknown(at, wordEnd);
      at = wordEnd;
    }
    units[end] = behind;
  }

  #addUnknown(start: number, end: number): void {
    if (isUnspaced(this.#units, start, end)) {
      const last = Math.max(start + 1, end - 1);
      for (let at = start; at < last; at++) {
        const pairEnd = Math.min(end, at + 2);
        this.#push(this.vocabulary.numberOf(this.#buffer.text(at, pairEnd)), at, pairEnd);
      }
      return;
    }
    const number = this.vocabulary.learn(this.#units, start, end);
    if (number !== NO_TERM) this.#push(number, start, end);
  }

  #push(number: number, start: number, end: number): void {
    this.numbers[this.count] = number;
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.count++;
  }
}

const WORD_PART = LETTER | MARK | NUMBER;

function runEnd(units: Uint16Array, start: number, kinds: number): number {
  let end = start;
  while (kindAt(units, end) & kinds) end++;
  return end;
}

function numberEnd(units: Uint16Array, start: number): number {
  let end = runEnd(units, start, NUMBER);
  while (isSeparator(units[end] ?? 0) && kindAt(units, end + 1) & NUMBER) {
    end = runEnd(units, end + 1, NUMBER);
  }
  return runEnd(units, end, LETTER);
}

function isUnspaced(units: Uint16Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && (kindAt(units, at) & UNSPACED) === 0) at++;
  return at < end;
}

const COMMA = 0x2c;
const FULL_STOP = 0x2e;

function isSeparator(unit: number): boolean {
  return unit === COMMA || unit === FULL_STOP;
}
