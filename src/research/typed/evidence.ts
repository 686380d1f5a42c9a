import { sentences } from '../../lib/sentences';
import { STOP_WORDS } from '../text/stopWords';
import type { Finding, Page } from '../types';
import { DATE_RANGE, DATE_RANGE_STEM, LIFE_SPAN, LIFE_SPAN_STEM } from './lexicon';
import { type Word, wordsOf } from './words';

/** A sentence of a page; `start` and `end` are offsets into the page's text. */
export interface Passage {
  page: Page;
  start: number;
  end: number;
  text: string;
  words: Word[];
  stems: ReadonlySet<string>;
  /** Place among all passages. */
  order: number;
  /** The finding whose quote it is. */
  finding: Finding | null;
}

export interface Evidence {
  passages: Passage[];
  postings: Map<string, number[]>;
  /** Stems of each page's title and address. */
  titles: Map<Page, Set<string>>;
  /** Words that some passage has without a capital: those are no names. */
  lowerCase: Set<string>;
  /** Stems of the question's names that a page has. */
  pageStems: Map<Page, Set<string>>;
}

export function buildEvidence(pages: readonly Page[], findings: readonly Finding[]): Evidence {
  const evidence: Evidence = {
    passages: [],
    postings: new Map(),
    titles: new Map(),
    lowerCase: new Set(),
    pageStems: new Map(),
  };
  for (const page of pages) {
    const quotes = quotesOn(page, findings);
    const stems = new Set<string>();
    const title = new Set(wordsOf(`${page.title} ${page.url}`).map((word) => word.stem));
    evidence.titles.set(page, title);
    evidence.pageStems.set(page, stems);
    for (const { start, end } of sentences(page.text)) {
      const text = page.text.slice(start, end);
      const quote = quotes.find((q) => q.start < end && start < q.end);
      const order = evidence.passages.length;
      const words = readWords(text);
      const own = new Set(words.map((word) => word.stem));
      const finding = quote?.finding ?? null;
      evidence.passages.push({ page, start, end, text, words, stems: own, order, finding });
      for (const word of words) index(evidence, word, order, stems);
    }
    for (const stem of title) stems.add(stem);
  }
  return evidence;
}

/** The words, and those only implied: "(1879–1955)" speaks of birth and of death. */
function readWords(text: string): Word[] {
  const words = wordsOf(text);
  for (const [pattern, stem] of [
    [LIFE_SPAN, LIFE_SPAN_STEM],
    [DATE_RANGE, DATE_RANGE_STEM],
  ] as const) {
    const index = /\d/.test(text) ? pattern.exec(text)?.index : undefined;
    if (index === undefined) continue;
    const at = words.findIndex((word) => word.start >= index);
    words.splice(at, 0, { text: '', stem, start: index, end: index + 1 });
  }
  return words;
}

function index(evidence: Evidence, word: Word, order: number, stems: Set<string>): void {
  stems.add(word.stem);
  if (word.text === word.text.toLowerCase()) evidence.lowerCase.add(word.text);
  if (STOP_WORDS.has(word.stem)) return;
  const postings = evidence.postings.get(word.stem);
  if (!postings) evidence.postings.set(word.stem, [order]);
  else if (postings.at(-1) !== order) postings.push(order);
}

function quotesOn(page: Page, findings: readonly Finding[]) {
  return findings.flatMap((finding) =>
    finding.quotes
      .filter((quote) => quote.source === page.source && quote.snapshotHash === page.snapshotHash)
      .map((quote) => ({ start: quote.start, end: quote.end, finding })),
  );
}
