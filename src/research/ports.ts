import type { ParsedDocument } from '../library/types';

/** Somebody who can be asked where an answer may stand. */
export interface SearchProvider {
  /** One lower-case word: `library`, `wikipedia`. */
  readonly name: string;
  /** Throws a Fault when it cannot answer: the job goes on and its result names the provider. */
  search(query: SearchQuery, signal: AbortSignal): Promise<SearchHit[]>;
}

export interface SearchQuery {
  text: string;
  limit: number;
  /** ISO 639-1. */
  language: string;
}

export interface SearchHit {
  /** Canonical address: `https://…`, or `library:<document id>` for a document without one. */
  url: string;
  title: string;
  provider: string;
  /** What the provider shows of it; null when it shows nothing. */
  snippet: string | null;
  doi: string | null;
  /** Set when the text is already here and need not be fetched. */
  snapshotHash: string | null;
  /** The passages of that text that the search found, best first. */
  spans?: { start: number; end: number }[];
}

/** Turns a hit into its text. */
export interface Reader {
  /** Throws a Fault when the page cannot or may not be read. */
  read(url: string, signal: AbortSignal): Promise<ReadPage>;
}

export interface ReadPage extends ParsedDocument {
  /** After redirects. */
  url: string;
}
