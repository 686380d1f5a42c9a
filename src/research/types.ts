import type { ParsedDocument } from '../library/types';
import type { OptOutTier } from '../net/opt-out';
import type { LlmMemory } from './llm/memory';

export type ResearchMode = 'lite' | 'standard' | 'pro' | 'max';

/** What kind of sources an answer rests on: it decides whatever the asker does not. */
export type Preset = 'general' | 'news' | 'scientific';

/** Which opt-outs from use by machines are honoured beside robots.txt: those of retrieval, or those
 * of training too. */
export type Posture = 'narrow' | 'broad';

export type Channel = 'web' | 'news' | 'hybrid';

/** The form in which a source's content is kept for the asker. */
export type ContentKind = 'markdown' | 'html';

/** How a job works: what its asker chose, and for the rest what its preset says. */
export interface ResearchSettings {
  preset: Preset;
  posture: Posture;
  /** The asker's own decomposition; empty to split the question by rule. */
  subQuestions: string[];
  /** A topic that asks nothing by itself is researched by its facets. */
  hasFacets: boolean;
  /** Makes the job metered, and is what it may cost; null for the price of its mode. */
  maxCostUsdMicros: number | null;
  /** Keeps each source's content for the asker; null to keep the text alone. */
  sourceContent: ContentKind | null;
  resultsPerQuery: number;
  /** What says that it is older is not read; null for any age. */
  maxAgeMs: number | null;
  channel: Channel;
  /** Hosts, each with those below it. Empty `include` stands for all. */
  sites: { include: string[]; exclude: string[] };
  keepsPdfs: boolean;
  /** Lists of the day's news, which tell little of each. */
  keepsRoundUps: boolean;
  /** What shares too little with the query is not read. */
  hasStrictTriage: boolean;
  /** UTF-16 code units; of a longer text, only what the search found or its beginning is read. */
  readLength: number;
}

/** What a job may use. A mode is a budget; a request may tighten it. */
export interface Budget {
  maxSources: number;
  maxWaves: number;
  /** How many questions are searched in each wave: the question itself, and its sub-questions. */
  branches: number;
  critic: boolean;
  maxWallclockMs: number;
}

export type StopReason = 'complete' | 'budget' | 'max_rounds' | 'no_progress' | 'canceled';

/** A text that a source gave, by the hash it is stored under. */
export interface Page {
  /** 1-based: the [n] of the brief. */
  source: number;
  snapshotHash: string;
  url: string;
  title: string;
  domain: string;
  text: string;
  pageStarts: number[] | null;
  /** The other address under which the page wants to be known: it has one voice with that. */
  canonicalUrl?: string;
  /** The passages (UTF-16 code units of `text`) that a search pointed at; null for all of it. */
  spans?: { start: number; end: number }[] | null;
  /** How much of it may be read, in UTF-16 code units: the same for all pages of a job. Absent for
   * the usual. */
  readLength?: number;
}

export interface Source {
  /** 1-based: the [n] of the brief. */
  number: number;
  url: string;
  title: string;
  domain: string;
  /** Who found it: `given`, `library`, `wikipedia`, `openalex`. */
  provider: string;
  /** The channel of its provider. Absent for one that has none. */
  channel?: 'web' | 'news';
  snapshotHash: string;
  /** The passage that says most about the question; null when no finding stands in it. */
  summary: string | null;
  /** The number of the source whose copy this is; null when it stands for itself. */
  copyOf: number | null;
  /** In which form its content is kept for the asker. Absent when it is not. */
  contentKind?: ContentKind;
  /** The other address that the page names as its own. Absent when it names none. */
  canonicalUrl?: string;
  /** What its site asks of AI services. Absent for what was not fetched, and for nothing asked. */
  optOutTier?: OptOutTier;
  /** True when only what the search showed of it was used, since its body may not be. */
  isSnippet?: boolean;
  /** What of a large text was read: the passages that the search found. Absent for all of it. */
  spans?: { start: number; end: number }[];
}

/** A passage that stands, at these offsets (UTF-16 code units), in a stored snapshot. */
export interface Quote {
  source: number;
  snapshotHash: string;
  text: string;
  start: number;
  end: number;
  /** 1-based page of a paged source. */
  page: number | null;
}

export type FindingKind = 'fact' | 'quote' | 'claim';

/**
 * established: two independent sources or more. reported: one. contested: sources disagree, and
 * `disputedBy` carries the other side. NEI: a sub-question without enough evidence.
 * unverified: stated by a source that gives no ground for it.
 */
export type FindingStatus = 'established' | 'reported' | 'contested' | 'NEI' | 'unverified';

export interface Finding {
  id: string;
  text: string;
  kind: FindingKind;
  status: FindingStatus;
  /** 0 to 1. */
  confidence: number;
  /** Never empty: quote or drop. */
  quotes: Quote[];
  /** The other side's quotes, for a contested finding. */
  disputedBy: Quote[];
  /** Index into the plan's sub-questions. */
  subQuestion: number;
}

export interface Plan {
  question: string;
  subQuestions: string[];
}

/** A sub-question that stays open, and what was done about it: the proof of search. */
export interface Gap {
  subQuestion: number;
  text: string;
  searched: string[];
  foundCount: number;
  unreadCount: number;
}

export interface TypedBasis {
  /** A JSON pointer into `typed`: `/items/0/name`. */
  field: string;
  quotes: Quote[];
  confidence: number;
}

export interface TypedOutput {
  /** Valid against the request's schema, or null as a whole. */
  typed: unknown;
  /** Names the fields without evidence when `typed` is null for that reason. */
  error: string | null;
  basis: TypedBasis[];
}

/** The APIs that ask for research. */
export type Dialect = 'infrence' | 'research2llm';

/** What the asker gives to be read first. */
export type GivenSource =
  | { kind: 'url'; url: string }
  | { kind: 'text'; text: string; title: string | null }
  | { kind: 'document'; id: string }
  /** A file that the caller has parsed already; `url` tells where it lies. */
  | { kind: 'parsed'; parsed: ParsedDocument; url: string };

/** The same at rest: texts and documents are pinned to their snapshots when a job is submitted. */
export type PinnedSource =
  | { kind: 'url'; url: string }
  | { kind: 'snapshot'; hash: string; title: string; url: string };

export interface ResearchRequest {
  question: string;
  mode: ResearchMode;
  /** Whole credits; a hard cap. Required for `max`. */
  maxCredits: number | null;
  maxWallclockSeconds: number | null;
  responseSchema: unknown;
  sources: GivenSource[];
  /** Which providers may be asked. */
  search: { library: boolean; web: boolean };
  /** ISO 639-1. */
  language: string;
  /** What the asker chose. Absent in requests of earlier versions. */
  settings?: Partial<ResearchSettings>;
  /** Where the end of the job is to be announced, and in whose words: the dialect that was asked. */
  webhook?: { url: string; dialect: Dialect };
}

/** A request as it is stored with its job. */
export interface PinnedRequest extends Omit<ResearchRequest, 'sources'> {
  sources: PinnedSource[];
  /** When it was asked: ages are measured from then. Absent in requests of earlier versions. */
  askedMs?: number;
}

/** What one wave asks, and for which sub-question. */
export interface PlannedQuery {
  subQuestion: number;
  text: string;
}

/** One question put to one provider, and what came of it. */
export interface Search {
  wave: number;
  subQuestion: number;
  provider: string;
  query: string;
  foundCount: number;
  /** Of those found, what the job's settings keep from being read. Absent in earlier versions. */
  passedOverCount?: number;
  /** True when the cost limit kept it from being asked. */
  isUnasked?: boolean;
  /** Why it did not answer; null when it did. */
  error: string | null;
}

/** A source that was named or found and could not be read. */
export interface Unreadable {
  url: string;
  reason: string;
}

/** All that a job knows, committed after every wave: each such state is a valid result. */
export interface ResearchState {
  plan: Plan | null;
  waveCount: number;
  sources: Source[];
  findings: Finding[];
  gaps: Gap[];
  searches: Search[];
  unreadable: Unreadable[];
  /** Found and not read: beyond the budget, or waiting for the next wave. */
  unreadCount: number;
  followUps: PlannedQuery[];
  stopReason: StopReason | null;
  brief: string | null;
  typed: TypedOutput | null;
  /** What a model has done. Absent without one. */
  llm?: LlmMemory;
}

/** What the asker sees happen. */
export type ProgressEvent =
  | { type: 'plan'; data: { sub_questions: string[] } }
  | { type: 'wave'; data: { wave: number; queries: string[]; hits: number } }
  | { type: 'source'; data: { number: number; title: string; url: string } }
  | { type: 'finding'; data: { id: string; status: string; text: string; sources: number[] } }
  | { type: 'brief'; data: { brief: string } };
