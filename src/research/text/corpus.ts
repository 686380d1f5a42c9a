import { sentences } from '../../lib/sentences';
import type { Page } from '../types';
import { type Name, names } from './names';
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
  readonly tokens: readonly Token[];
  #counts: ReadonlyMap<string, number> | undefined;
  #names: readonly Name[] | undefined;
  #values: readonly Value[] | undefined;
  #isNegated: boolean | undefined;

  constructor(
    place: { index: number; page: number; position: number },
    span: { start: number; end: number },
    text: string,
  ) {
    this.index = place.index;
    this.page = place.page;
    this.start = span.start;
    this.end = span.end;
    this.text = text;
    this.position = place.position;
    this.tokens = tokens(text);
  }

  /** How often each of its terms stands in it, in the order of their first places. */
  get counts(): ReadonlyMap<string, number> {
    this.#counts ??= countsOf(this.tokens);
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

function countsOf(held: readonly Token[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { term } of held) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

/** Where a term stands on one page. */
interface Occurrences {
  total: number;
  /** Those that hold it, in order. */
  sentences: Sentence[];
}

export interface CorpusPage {
  page: Page;
  titleTerms: string[];
  /** The text speaks of most of what the title says. */
  bearsTitleOut: boolean;
  /** The terms of the title and of the first sentences: what the page is about. */
  topic: ReadonlySet<string>;
  occurrences: ReadonlyMap<string, Readonly<Occurrences>>;
  /** In terms, with repetitions. */
  length: number;
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

/**
 * With two pages at hand every term of their subject is in most sentences. That many imagined
 * sentences without it keep it worth more than nothing.
 */
const PRIOR_SENTENCES = 100;
const LEAD_SENTENCES = 2;

export function buildCorpus(pages: readonly Page[]): Corpus {
  const all: Sentence[] = [];
  const limit = pageLimit(pages.length, pages[0]?.readLength);
  const corpusPages = pages.map((page, index) => {
    const own = pageSentences(page, index, all.length, limit);
    for (const sentence of own) all.push(sentence);
    const occurrences = occurrencesIn(own);
    const titleTerms = terms(page.title);
    const lead = own.slice(0, LEAD_SENTENCES).flatMap((of) => of.tokens.map(({ term }) => term));
    const length = own.reduce((sum, of) => sum + of.tokens.length, 0);
    const borneOut = titleTerms.filter((term) => occurrences.has(term)).length;
    return {
      page,
      titleTerms,
      bearsTitleOut: titleTerms.length > 0 && 2 * borneOut >= titleTerms.length,
      topic: new Set([...titleTerms, ...lead]),
      occurrences,
      length,
    };
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
    for (const { occurrences } of pages) seen += occurrences.get(term)?.sentences.length ?? 0;
    const idf = Math.log(1 + (total + PRIOR_SENTENCES - seen + 0.5) / (Math.max(1, seen) + 0.5));
    known.set(term, idf);
    return idf;
  };
}

function occurrencesIn(own: readonly Sentence[]): Map<string, Occurrences> {
  const found = new Map<string, Occurrences>();
  for (const sentence of own) {
    for (const { term } of sentence.tokens) {
      const known = found.get(term);
      if (!known) found.set(term, { total: 1, sentences: [sentence] });
      else {
        known.total += 1;
        const { sentences: held } = known;
        if (held[held.length - 1] !== sentence) held.push(sentence);
      }
    }
  }
  return found;
}

/** The sentences of the parts that are read, at their places in the whole text. */
function pageSentences(page: Page, pageIndex: number, from: number, limit: number): Sentence[] {
  const found: Sentence[] = [];
  for (const range of readRanges(page, limit)) {
    const part = page.text.slice(range.start, range.end);
    for (const span of sentences(part)) {
      const position = found.length;
      const place = { index: from + position, page: pageIndex, position };
      const whole = { start: range.start + span.start, end: range.start + span.end };
      found.push(new Sentence(place, whole, part.slice(span.start, span.end)));
    }
  }
  return found;
}
