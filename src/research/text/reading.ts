import { type SentenceSpan, sentences } from '../../lib/sentences';
import { NumberTable } from './numberTable';
import type { Vocabulary } from './vocabulary';
import { WordList } from './words';

const words = new WordList();
/** By a term's number: 1 more than its own number in the text that is read, 0 until it is met. */
let ownNumbers = new Int32Array(0);

/**
 * What stands in a text, whatever is asked of it: its sentences, and which terms they hold. Never
 * changed. A page of many thousand words is a few arrays: its terms are numbered as they come.
 */
export class Reading {
  readonly sentences: readonly SentenceSpan[];
  /** Of all sentences, in terms, with repetitions. */
  readonly length: number;
  /** Says what its numbers mean. */
  #vocabulary: Vocabulary;
  #own: NumberTable;
  /** The terms of all sentences in order, by their own numbers. */
  #held: Int32Array;
  /** Where in {@link #held} the terms of each sentence begin; one more for the end. */
  #firsts: Int32Array;
  /** By a term's own number: how often it stands in the text, and in how many sentences. */
  #totals: Int32Array;
  #holders: Int32Array;

  constructor(text: string) {
    this.sentences = sentences(text);
    words.begin(text);
    this.#vocabulary = words.vocabulary;
    this.#firsts = new Int32Array(this.sentences.length + 1);
    for (let at = 0; at < this.sentences.length; at++) {
      const span = this.sentences[at];
      if (span) words.add(span.start, span.end);
      this.#firsts[at + 1] = words.count;
    }
    this.length = words.count;
    this.#held = new Int32Array(words.count);
    this.#own = new NumberTable(numberAnew(words, this.#held));
    this.#totals = new Int32Array(this.#own.numbers.length);
    this.#holders = new Int32Array(this.#own.numbers.length);
    this.#count();
  }

  #count(): void {
    const seenIn = new Int32Array(this.#own.numbers.length).fill(-1);
    for (let sentence = 0; sentence < this.sentences.length; sentence++) {
      const end = this.#first(sentence + 1);
      for (let at = this.#first(sentence); at < end; at++) {
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
    const number = this.#find(term);
    return number === undefined ? 0 : (this.#totals[number] ?? 0);
  }

  /** How many sentences hold it. */
  holderCount(term: string): number {
    const number = this.#find(term);
    return number === undefined ? 0 : (this.#holders[number] ?? 0);
  }

  /** The sentences that hold one of these terms, by their places, ascending. */
  holdersOf(wanted: readonly string[]): number[] {
    const isWanted = new Uint8Array(this.#own.numbers.length);
    for (const term of wanted) {
      const number = this.#find(term);
      if (number !== undefined) isWanted[number] = 1;
    }
    const found: number[] = [];
    for (let sentence = 0; sentence < this.sentences.length; sentence++) {
      const end = this.#first(sentence + 1);
      let at = this.#first(sentence);
      while (at < end && isWanted[this.#held[at] ?? 0] === 0) at++;
      if (at < end) found.push(sentence);
    }
    return found;
  }

  /** How many terms a sentence has, with repetitions. */
  lengthOf(sentence: number): number {
    return this.#first(sentence + 1) - this.#first(sentence);
  }

  /** How often each of its terms stands in a sentence, in the order of their first places. */
  countsOf(sentence: number): Map<string, number> {
    const counts = new Map<string, number>();
    const end = this.#first(sentence + 1);
    for (let at = this.#first(sentence); at < end; at++) {
      const term = this.#vocabulary.term(this.#own.numbers[this.#held[at] ?? 0] ?? 0);
      counts.set(term, (counts.get(term) ?? 0) + 1);
    }
    return counts;
  }

  #find(term: string): number | undefined {
    const number = this.#vocabulary.findTerm(term);
    return number === undefined ? undefined : this.#own.find(number);
  }

  #first(sentence: number): number {
    return this.#firsts[sentence] ?? 0;
  }
}

/** Numbers the terms of a text as they come; returns the numbers that they had. */
function numberAnew({ numbers, count, vocabulary }: WordList, into: Int32Array): Int32Array {
  if (vocabulary.size > ownNumbers.length) ownNumbers = new Int32Array(2 * vocabulary.size);
  const met: number[] = [];
  for (let at = 0; at < count; at++) {
    const number = numbers[at] ?? 0;
    let own = ownNumbers[number] ?? 0;
    if (own === 0) {
      own = met.push(number);
      ownNumbers[number] = own;
    }
    into[at] = own - 1;
  }
  for (const number of met) ownNumbers[number] = 0;
  return new Int32Array(met);
}
