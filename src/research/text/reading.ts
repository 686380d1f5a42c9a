import { type SentenceSpan, sentences } from '../../lib/sentences';
import { terms } from './terms';

/**
 * What stands in a text, whatever is asked of it: its sentences, and which terms they hold. Never
 * changed. Terms are numbered as they come, so that a page of many thousand words is a few arrays.
 */
export class Reading {
  readonly sentences: readonly SentenceSpan[];
  /** Of all sentences, in terms, with repetitions. */
  readonly length: number;
  #numbers: ReadonlyMap<string, number>;
  #terms: readonly string[];
  /** The terms of all sentences in order, by number. */
  #held: Int32Array;
  /** Where in {@link #held} the terms of each sentence begin; one more for the end. */
  #firsts: Int32Array;
  /** By a term's number: how often it stands in the text, and in how many sentences. */
  #totals: Int32Array;
  #holders: Int32Array;

  constructor(text: string) {
    this.sentences = sentences(text);
    const numbers = new Map<string, number>();
    const held: number[] = [];
    this.#firsts = new Int32Array(this.sentences.length + 1);
    for (let at = 0; at < this.sentences.length; at++) {
      const span = this.sentences[at];
      if (span) addNumbers(text.slice(span.start, span.end), numbers, held);
      this.#firsts[at + 1] = held.length;
    }
    this.length = held.length;
    this.#numbers = numbers;
    this.#terms = [...numbers.keys()];
    this.#held = new Int32Array(held);
    this.#totals = new Int32Array(numbers.size);
    this.#holders = new Int32Array(numbers.size);
    this.#count();
  }

  #count(): void {
    const seenIn = new Int32Array(this.#terms.length).fill(-1);
    for (let sentence = 0; sentence < this.sentences.length; sentence++) {
      for (let at = this.#first(sentence); at < this.#first(sentence + 1); at++) {
        const number = this.#held[at] ?? 0;
        this.#totals[number] = (this.#totals[number] ?? 0) + 1;
        if (seenIn[number] === sentence) continue;
        seenIn[number] = sentence;
        this.#holders[number] = (this.#holders[number] ?? 0) + 1;
      }
    }
  }

  /** How often a term stands in the text. */
  total(term: string): number {
    const number = this.#numbers.get(term);
    return number === undefined ? 0 : (this.#totals[number] ?? 0);
  }

  /** How many sentences hold it. */
  holderCount(term: string): number {
    const number = this.#numbers.get(term);
    return number === undefined ? 0 : (this.#holders[number] ?? 0);
  }

  /** The sentences that hold one of these terms, by their places, ascending. */
  holdersOf(wanted: readonly string[]): number[] {
    const isWanted = new Uint8Array(this.#terms.length);
    for (const term of wanted) {
      const number = this.#numbers.get(term);
      if (number !== undefined) isWanted[number] = 1;
    }
    return Array.from(this.sentences.keys()).filter((sentence) => {
      const end = this.#first(sentence + 1);
      let at = this.#first(sentence);
      while (at < end && isWanted[this.#held[at] ?? 0] === 0) at++;
      return at < end;
    });
  }

  /** How many terms a sentence has, with repetitions. */
  lengthOf(sentence: number): number {
    return this.#first(sentence + 1) - this.#first(sentence);
  }

  /** How often each of its terms stands in a sentence, in the order of their first places. */
  countsOf(sentence: number): Map<string, number> {
    const counts = new Map<string, number>();
    for (let at = this.#first(sentence); at < this.#first(sentence + 1); at++) {
      const term = this.#terms[this.#held[at] ?? 0] ?? '';
      counts.set(term, (counts.get(term) ?? 0) + 1);
    }
    return counts;
  }

  #first(sentence: number): number {
    return this.#firsts[sentence] ?? 0;
  }
}

function addNumbers(sentence: string, numbers: Map<string, number>, into: number[]): void {
  for (const term of terms(sentence)) {
    let number = numbers.get(term);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(term, number);
    }
    into.push(number);
  }
}
