import { sentences } from '../../lib/sentences';
import type { Page } from '../types';
import { type Name, names } from './names';
import { NEGATION } from './stopWords';
import { type Token, tokens } from './terms';
import { type Value, values } from './values';
import { pageLimit, readRanges } from './window';

/** A sentence of a page with what is compared about it, worked out once. */
export interface Sentence {
  /** Its own place in {@link Corpus.sentences}. */
  index: number;
  /** Place of its page in {@link Corpus.pages}. */
  page: number;
  /** Offsets into the page's text. */
  start: number;
  end: number;
  text: string;
  /** 0 for the first sentence of the page. */
  position: number;
  tokens: Token[];
  counts: ReadonlyMap<string, number>;
}

export interface CorpusPage {
  page: Page;
  titleTerms: string[];
  /** The terms of the title and of the first sentences: what the page is about. */
  topic: ReadonlySet<string>;
  counts: ReadonlyMap<string, number>;
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
  const frequency = new Map<string, number>();
  const limit = pageLimit(pages.length, pages[0]?.readLength);
  const corpusPages = pages.map((page, index) => {
    const from = all.length;
    const counts = new Map<string, number>();
    for (const sentence of pageSentences(page, index, from, limit)) {
      all.push(sentence);
      for (const [term, count] of sentence.counts) {
        counts.set(term, (counts.get(term) ?? 0) + count);
        frequency.set(term, (frequency.get(term) ?? 0) + 1);
      }
    }
    let length = 0;
    for (const count of counts.values()) length += count;
    const titleTerms = tokens(page.title).map((token) => token.term);
    const lead = all.slice(from, from + LEAD_SENTENCES).flatMap((of) => [...of.counts.keys()]);
    const topic = new Set([...titleTerms, ...lead]);
    return { page, titleTerms, topic, counts, length };
  });
  const total = Math.max(1, all.length);
  const words = corpusPages.reduce((sum, page) => sum + page.length, 0);
  return {
    pages: corpusPages,
    sentences: all,
    meanLength: Math.max(1, words / total),
    meanPageLength: Math.max(1, words / Math.max(1, corpusPages.length)),
    idf(term) {
      const seen = frequency.get(term) ?? 0;
      return Math.log(1 + (total + PRIOR_SENTENCES - seen + 0.5) / (Math.max(1, seen) + 0.5));
    },
  };
}

/** The sentences of the parts that are read, at their places in the whole text. */
function pageSentences(page: Page, pageIndex: number, from: number, limit: number): Sentence[] {
  const found: Sentence[] = [];
  for (const range of readRanges(page, limit)) {
    const part = page.text.slice(range.start, range.end);
    for (const span of sentences(part)) {
      const text = part.slice(span.start, span.end);
      const held = tokens(text);
      const counts = new Map<string, number>();
      for (const { term } of held) counts.set(term, (counts.get(term) ?? 0) + 1);
      const position = found.length;
      found.push({
        index: from + position,
        page: pageIndex,
        start: range.start + span.start,
        end: range.start + span.end,
        text,
        position,
        tokens: held,
        counts,
      });
    }
  }
  return found;
}

const namesOf = new WeakMap<Sentence, Name[]>();
const valuesOf = new WeakMap<Sentence, Value[]>();

/** Worked out when first asked for: most sentences are never looked at so closely. */
export function sentenceNames(sentence: Sentence): Name[] {
  return cached(namesOf, sentence, () => names(sentence.text));
}

export function sentenceValues(sentence: Sentence): Value[] {
  return cached(valuesOf, sentence, () => values(sentence.text));
}

export function isNegated(sentence: { text: string }): boolean {
  return NEGATION.test(sentence.text);
}

function cached<Result>(
  cache: WeakMap<Sentence, Result>,
  sentence: Sentence,
  work: () => Result,
): Result {
  const known = cache.get(sentence);
  if (known !== undefined) return known;
  const result = work();
  cache.set(sentence, result);
  return result;
}
