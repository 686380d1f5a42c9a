import type { ParsedDocument } from '../library/types';
import type { OptOut } from '../net/opt-out';
import type { ContentKind, Posture } from './types';

/** Somebody who can be asked where an answer may stand. */
export interface SearchProvider {
  /** One lower-case word: `library`, `wikipedia`. */
  readonly name: string;
  /** Where it looks; absent for one that belongs to every channel. */
  readonly channel?: 'web' | 'news';
  /** What one search costs the operator, found or not; absent for nothing. */
  readonly costUsdMicros?: number;
  /** Throws a Fault when it cannot answer: the job goes on and its result names the provider. */
  search(query: SearchQuery, signal: AbortSignal): Promise<SearchHit[]>;
}

export interface SearchQuery {
  text: string;
  limit: number;
  /** ISO 639-1. */
  language: string;
  /** Wanted is what was published after it; absent or null for any time. */
  publishedAfterMs?: number | null;
  /** Hosts, each with those below it, for a provider that can look there alone. Empty `include`
   * stands for all. */
  sites?: { include: string[]; exclude: string[] };
}

export interface SearchHit {
  /** Canonical address: `https://…`, or `library:<document id>` for a document without one. */
  url: string;
  title: string;
  provider: string;
  /** What the provider shows of it; null when it shows nothing. */
  snippet: string | null;
  doi: string | null;
  /** Absent or null when the provider does not tell. */
  publishedMs?: number | null;
  /** Set when the text is already here and need not be fetched. */
  snapshotHash: string | null;
  /** The passages of that text that the search found, best first. */
  spans?: { start: number; end: number }[];
}

/** Turns a hit into its text. */
export interface Reader {
  /** Throws a Fault when the page cannot or may not be read. */
  read(url: string, signal: AbortSignal, options?: ReadOptions): Promise<ReadPage>;
}

export interface ReadOptions {
  posture: Posture;
  /** Wanted beside the text; null for the text alone. */
  content: ContentKind | null;
  /** What the search showed of the page: it stands in where the body may not be used. Null for a
   * page that nobody searched for. */
  snippet?: string | null;
}

export interface ReadPage extends ParsedDocument {
  /** After redirects. */
  url: string;
  /** The whole page in the form that was wanted. Absent for what is no HTML. */
  content?: string;
  /** What the site asks of AI services. Absent when it was not looked for. */
  optOut?: OptOut;
  /** True when `text` is what the search showed, since the body may not be used. */
  isSnippet?: boolean;
}

/** A language model. What it says is never believed: a stage takes from it what it can check. */
export interface Llm {
  readonly model: string;
  /** Of what is sent and what comes back together. */
  readonly contextTokens: number;
  readonly price: LlmPrice;
  /** One call that is billed once at most. Throws a Fault when there is no answer; a FetchFault with
   * a `status` was refused before anything was billed. */
  complete(call: LlmCall, signal: AbortSignal): Promise<LlmAnswer>;
}

/** Millionths of a dollar for a million tokens. */
export interface LlmPrice {
  inputUsdMicros: number;
  outputUsdMicros: number;
}

export interface LlmCall {
  messages: LlmMessage[];
  /** JSON Schema of the answer; absent for free text. A server may not know how to hold to it. */
  schema?: { name: string; schema: Record<string, unknown> };
  maxOutputTokens: number;
}

export interface LlmMessage {
  role: 'system' | 'user';
  content: string;
}

export interface LlmAnswer {
  text: string;
  /** True when the limit of tokens ended it. */
  isCutOff?: boolean;
  /** As the server counts them; the most that they can be when it does not. */
  usage: { inputTokens: number; outputTokens: number };
  model: string;
  costUsdMicros: number;
}
