import { Type } from '@sinclair/typebox';
import { type RetryDeps, withOneRetry } from '../../net/retry';
import type { FetchOptions, GuardedFetch } from '../../net/types';
import type { SearchHit, SearchProvider } from '../ports';
import { parseAnswer, validEntries } from './answer';
import { assertLanguage } from './language';
import { plainText } from './plain-text';
import { clipQuery } from './query-text';

export interface WikipediaDeps extends RetryDeps {
  fetch: GuardedFetch;
  /** Where the API and its pages are; the Wikipedia of the query's language if absent. */
  baseUrl?: string;
}

const NAME = 'wikipedia';
const MAX_HITS = 50;

/** Wikipedia's search refuses more than 300 characters. */
const MAX_QUERY_LENGTH = 300;

const LIMITS: FetchOptions = {
  accept: 'application/json',
  maxBytes: 512 * 1024,
  timeoutMs: 10_000,
  robots: false,
};

/** action=query&list=search of the MediaWiki API, formatversion 2. */
const ANSWER = Type.Object({ query: Type.Object({ search: Type.Array(Type.Unknown()) }) });
const ENTRY = Type.Object({
  title: Type.String({ minLength: 1 }),
  snippet: Type.Optional(Type.String()),
});

/** Full-text search of one language's Wikipedia. */
export function createWikipediaProvider(deps: WikipediaDeps): SearchProvider {
  return {
    name: NAME,
    channel: 'web',
    async search({ text, limit, language }, signal) {
      const ofLanguage = siteOf(language);
      const site = deps.baseUrl ? new URL(deps.baseUrl).origin : ofLanguage;
      const url = searchUrl(site, text, limit);
      const page = await withOneRetry(
        () => deps.fetch.get(url, { ...LIMITS, signal }),
        signal,
        deps,
      );
      const { query } = parseAnswer(ANSWER, page.bytes, 'Wikipedia');
      const entries = validEntries(ENTRY, query.search, 'Wikipedia').slice(0, limit);
      return entries.map(
        ({ title, snippet }): SearchHit => ({
          url: `${site}/wiki/${titlePath(title)}`,
          title,
          provider: NAME,
          snippet: plainText(snippet ?? ''),
          doi: null,
          snapshotHash: null,
        }),
      );
    },
  };
}

/** The language becomes part of a host name, so nothing but a language may pass. */
function siteOf(language: string): string {
  assertLanguage(language);
  return `https://${language}.wikipedia.org`;
}

function searchUrl(baseUrl: string, text: string, limit: number): string {
  const url = new URL('/w/api.php', baseUrl);
  url.search = new URLSearchParams({
    action: 'query',
    list: 'search',
    format: 'json',
    formatversion: '2',
    srsearch: clipQuery(text, MAX_QUERY_LENGTH),
    srlimit: String(Math.min(limit, MAX_HITS)),
    srprop: 'snippet',
  }).toString();
  return url.href;
}

/** As Wikipedia itself writes the address of a page: underscores, and these signs as they are. */
function titlePath(title: string): string {
  return encodeURIComponent(title.toWellFormed().replaceAll(' ', '_')).replace(
    /%(?:24|2C|2F|3A|3B|40)/g,
    decodeURIComponent,
  );
}
