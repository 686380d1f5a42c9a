import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { DAY_MS } from '../../lib/calendar';
import { isoFromMs } from '../../lib/clock';
import { type RetryDeps, withOneRetry } from '../../net/retry';
import type { FetchOptions, GuardedFetch } from '../../net/types';
import type { SearchHit, SearchProvider, SearchQuery } from '../ports';
import { parseAnswer, validEntries } from './answer';
import { plainText } from './plain-text';
import { clipQuery } from './query-text';
import { isWebAddress } from './web-hit';

export interface OpenAlexDeps extends RetryDeps {
  fetch: GuardedFetch;
  baseUrl?: string;
  /** An e-mail address at which OpenAlex can reach the operator. */
  contact?: string;
  /** A free account has one. Without it OpenAlex answers a few searches a day, then 429. */
  apiKey?: string;
}

const NAME = 'openalex';
const DEFAULT_BASE_URL = 'https://api.openalex.org';
const MAX_HITS = 100;

/** The whole URL may have 4,094 bytes, and a letter may take nine of them. */
const MAX_QUERY_LENGTH = 300;

/** Positions beyond this are no abstract's. */
const MAX_ABSTRACT_WORDS = 5_000;

const LIMITS: FetchOptions = {
  accept: 'application/json',
  maxBytes: 4 * 1024 * 1024,
  timeoutMs: 10_000,
  robots: false,
};

const Nullable = <Schema extends TSchema>(schema: Schema) =>
  Type.Optional(Type.Union([schema, Type.Null()]));

const WORK = Type.Object({
  doi: Nullable(Type.String()),
  title: Nullable(Type.String()),
  best_oa_location: Nullable(
    Type.Object({
      pdf_url: Nullable(Type.String()),
      landing_page_url: Nullable(Type.String()),
    }),
  ),
  publication_date: Nullable(Type.String()),
  abstract_inverted_index: Nullable(Type.Record(Type.String(), Type.Array(Type.Integer()))),
});

const ANSWER = Type.Object({ results: Type.Array(Type.Unknown()) });

type Work = Static<typeof WORK>;

/** Search of titles, abstracts and full texts of scholarly works, in all languages. */
export function createOpenAlexProvider(deps: OpenAlexDeps): SearchProvider {
  return {
    name: NAME,
    channel: 'web',
    async search(query, signal) {
      const { limit } = query;
      const url = searchUrl(deps, query);
      const page = await withOneRetry(
        () => deps.fetch.get(url, { ...LIMITS, signal }),
        signal,
        deps,
      );
      const { results } = parseAnswer(ANSWER, page.bytes, 'OpenAlex');
      return validEntries(WORK, results, 'OpenAlex').slice(0, limit).flatMap(hitOf);
    },
  };
}

function searchUrl(
  deps: OpenAlexDeps,
  { text, limit, publishedAfterMs = null }: SearchQuery,
): string {
  const url = new URL('/works', deps.baseUrl ?? DEFAULT_BASE_URL);
  url.search = new URLSearchParams({
    search: clipQuery(plainWords(text), MAX_QUERY_LENGTH),
    'per-page': String(Math.min(limit, MAX_HITS)),
    select: 'doi,title,best_oa_location,abstract_inverted_index,publication_date',
    ...(publishedAfterMs === null
      ? {}
      : { filter: `from_publication_date:${isoFromMs(publishedAfterMs).slice(0, 10)}` }),
    ...(deps.contact === undefined ? {} : { mailto: deps.contact }),
    ...(deps.apiKey === undefined ? {} : { api_key: deps.apiKey }),
  }).toString();
  return url.href;
}

/** A question is not meant in the query language, where `?` and `*` stand for letters, `~` for
 * likeness, and AND, OR and NOT in capitals for themselves. */
function plainWords(text: string): string {
  return text
    .replace(/[?*~"()[\]{}|!^+\\/:&<>=]/g, ' ')
    .replace(/\b(?:AND|OR|NOT)\b/g, (word) => word.toLowerCase());
}

/** None for a work that has no title or nowhere to read it. */
function hitOf(work: Work): SearchHit[] {
  const doi = bareDoi(work.doi);
  const candidates = [
    work.best_oa_location?.pdf_url,
    work.best_oa_location?.landing_page_url,
    doi === null ? null : `https://doi.org/${encodeURI(doi)}`,
  ];
  const url = candidates.find(isWebAddress);
  const title = plainText(work.title ?? '');
  if (title === null || !url) return [];
  const abstract = abstractOf(work.abstract_inverted_index ?? {});
  const publishedMs = dayOf(work.publication_date);
  const snippet = plainText(abstract);
  return [{ url, title, provider: NAME, snippet, doi, publishedMs, snapshotHash: null }];
}

/** The end of the day, `2026-03-09`, on which a work was published. */
function dayOf(value: string | null | undefined): number | null {
  const startMs = Date.parse(value ?? '');
  return Number.isNaN(startMs) ? null : startMs + DAY_MS;
}

/** `10.1000/xyz` in lower case: a DOI has no case, so this makes two spellings of one equal. */
function bareDoi(value: string | null | undefined): string | null {
  const match = /^(?:https?:\/\/(?:dx\.)?doi\.org\/)?(10\.\d{4,9}\/\S+)$/i.exec(value ?? '');
  return match?.[1]?.toWellFormed().toLowerCase() ?? null;
}

/** OpenAlex gives each word with its positions, not the text. */
function abstractOf(index: Record<string, number[]>): string {
  const words: string[] = [];
  for (const [word, positions] of Object.entries(index)) {
    for (const position of positions) {
      if (position >= 0 && position < MAX_ABSTRACT_WORDS) words[position] = word;
    }
  }
  return words.filter((word) => word !== undefined).join(' ');
}
