import type { Page } from '../types';
import { keptByText } from './kept';
import { type Name, names } from './names';
import { Reading } from './reading';
import { NEGATION } from './stopWords';
import { type Token, terms, tokens } from './terms';
import { type Value, values } from './values';
import { pageLimit, readRanges } from './window';

/**
 * A sentence of a page. What is compared about it is worked out once, when first asked for: most
 * sentences are never looked at so closely.
 */
export class Sentence {
  /** Its own place in {@link Corpus.sentences}. */
  readonly index: number;
  /** Place of its page in {@link Corpus.pages}. */
  readonly page: number;
  /** Offsets into the page's text. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** 0 for the first sentence of the page. */
  readonly position: number;
  /** In terms, with repetitions. */
  readonly length: number;
  #reading: Reading;
  #place: number;
  #tokens: readonly Token[] | undefined;
  #counts: ReadonlyMap<string, number> | undefined;
  #names: readonly Name[] | undefined;
  #values: readonly Value[] | undefined;
  #isNegated: boolean | undefined;

  /** `read` says which sentence it is of which part of the page. */
  constructor(
    place: { index: number; page: number; position: number },
    span: { start: number; end: number },
    text: string,
    read: { reading: Reading; place: number },
  ) {
    this.index = place.index;
    this.page = place.page;
    this.start = span.start;
    this.end = span.end;
    this.text = text;
    this.position = place.position;
    this.length = read.reading.lengthOf(read.place);
    this.#reading = read.reading;
    this.#place = read.place;
  }

  get tokens(): readonly Token[] {
    this.#tokens ??= tokens(this.text);
    return this.#tokens;
  }

  /** How often each of its terms stands in it, in the order of their first places. */
  get counts(): ReadonlyMap<string, number> {
    this.#counts ??= this.#reading.countsOf(this.#place);
    return this.#counts;
  }

  get names(): readonly Name[] {
    this.#names ??= names(this.text);
    return this.#names;
  }

  get values(): readonly Value[] {
    this.#values ??= values(this.text);
    return this.#values;
  }

  get isNegated(): boolean {
    this.#isNegated ??= NEGATION.test(this.text);
    return this.#isNegated;
  }
}

/** With two pages at hand every term of their subject is in most sentences. That many imagined
 * sentences without it keep it worth more than nothing. */
const PRIOR_SENTENCES = 100;
const LEAD_SENTENCES = 2;

/** A page in the parts that are read of it. */
export class CorpusPage {
  readonly page: Page;
  readonly titleTerms: string[];
  /** The terms of the title and of the first sentences: what the page is about. */
  readonly topic: ReadonlySet<string>;
  /** The text speaks of most of what the title says. */
  readonly bearsTitleOut: boolean;
  /** In terms, with repetitions. */
  readonly length: number;
  readonly sentences: readonly Sentence[];
  #parts: readonly Reading[];

  constructor(page: Page, own: readonly Sentence[], parts: readonly Reading[]) {
    this.page = page;
    this.sentences = own;
    this.#parts = parts;
    this.titleTerms = terms(page.title);
    const lead = own.slice(0, LEAD_SENTENCES).flatMap(({ counts }) => [...counts.keys()]);
    this.topic = new Set([...this.titleTerms, ...lead]);
    const borneOut = this.titleTerms.filter((term) => this.holds(term)).length;
    this.bearsTitleOut = this.titleTerms.length > 0 && 2 * borneOut >= this.titleTerms.length;
    this.length = parts.reduce((sum, part) => sum + part.length, 0);
  }

  holds(term: string): boolean {
    return this.#parts.some((part) => part.total(term) > 0);
  }

  /** How often a term stands in what is read of the page. */
  total(term: string): number {
    return this.#parts.reduce((sum, part) => sum + part.total(term), 0);
  }

  /** How many sentences hold it. */
  holderCount(term: string): number {
    return this.#parts.reduce((sum, part) => sum + part.holderCount(term), 0);
  }

  /** The sentences that hold one of these terms, in order. */
  holdersOf(wanted: readonly string[]): Sentence[] {
    const found: Sentence[] = [];
    let first = 0;
    for (const part of this.#parts) {
      for (const place of part.holdersOf(wanted)) {
        const sentence = this.sentences[first + place];
        if (sentence) found.push(sentence);
      }
      first += part.sentences.length;
    }
    return found;
  }
}

/** The sentences of all pages, with the figures that weigh their terms. */
export interface Corpus {
  pages: CorpusPage[];
  sentences: Sentence[];
  meanLength: number;
  meanPageLength: number;
  /** Inverse document frequency of a term over sentences, 0 for a term that is everywhere. */
  idf(term: string): number;
}

export function buildCorpus(pages: readonly Page[]): Corpus {
  const all: Sentence[] = [];
  const limit = pageLimit(pages.length, pages[0]?.readLength);
  const corpusPages = pages.map((page, index) => {
    const read = readPage(page, index, all.length, limit);
    for (const sentence of read.sentences) all.push(sentence);
    return read;
  });
  const total = Math.max(1, all.length);
  const words = corpusPages.reduce((sum, page) => sum + page.length, 0);
  return {
    pages: corpusPages,
    sentences: all,
    meanLength: Math.max(1, words / total),
    meanPageLength: Math.max(1, words / Math.max(1, corpusPages.length)),
    idf: idfOver(corpusPages, total),
  };
}

/** Few of all terms are asked for, and these again and again. */
function idfOver(pages: readonly CorpusPage[], total: number): Corpus['idf'] {
  const known = new Map<string, number>();
  return (term) => {
    const earlier = known.get(term);
    if (earlier !== undefined) return earlier;
    let seen = 0;
    for (const page of pages) seen += page.holderCount(term);
    const idf = Math.log(1 + (total + PRIOR_SENTENCES - seen + 0.5) / (Math.max(1, seen) + 0.5));
    known.set(term, idf);
    return idf;
  };
}

/** How much each Worker keeps the readings of; they take some ten bytes a unit. */
const MAX_KEPT_UNITS = 500_000;
/** Of whole pages: where a longer one is cut depends on how many there are. */
const keptReading = keptByText((text) => new Reading(text), MAX_KEPT_UNITS);

/** The sentences of the parts that are read, at their places in the whole text. */
function readPage(page: Page, pageIndex: number, from: number, limit: number): CorpusPage {
  const own: Sentence[] = [];
  const parts: Reading[] = [];
  for (const range of readRanges(page, limit)) {
    const text = page.text.slice(range.start, range.end);
    const reading = text.length === page.text.length ? keptReading(text) : new Reading(text);
    parts.push(reading);
    for (const [place, span] of reading.sentences.entries()) {
      const position = own.length;
      const at = { index: from + position, page: pageIndex, position };
      const whole = { start: range.start + span.start, end: range.start + span.end };
      own.push(new Sentence(at, whole, text.slice(span.start, span.end), { reading, place }));
    }
  }
  return new CorpusPage(page, own, parts);
}
