import { Type } from '@sinclair/typebox';
import type { SearchProvider, SearchQuery } from '../ports';
import { parseAnswer, validEntries } from './answer';
import { askApi, type KeyedApiDeps, needKey, type Vendor } from './api';
import { type Freshness, freshnessOf, publishedMsOf } from './freshness';
import { clipQuery } from './query-text';
import { webHit } from './web-hit';

const VENDOR: Vendor = { title: 'Tavily', refusedRemedy: 'check SONDE_TAVILY_KEY' };
const DEFAULT_BASE_URL = 'https://api.tavily.com';
const MAX_HITS = 20;
const MAX_QUERY_LENGTH = 400;
const MAX_INCLUDED_SITES = 300;
const MAX_EXCLUDED_SITES = 150;

/** It takes no language, but prefers the pages of a country, by these names. English is everywhere. */
const COUNTRIES: Record<string, string> = {
  da: 'denmark',
  de: 'germany',
  el: 'greece',
  es: 'spain',
  fi: 'finland',
  fr: 'france',
  hu: 'hungary',
  it: 'italy',
  ja: 'japan',
  ko: 'south korea',
  nl: 'netherlands',
  pl: 'poland',
  pt: 'brazil',
  ro: 'romania',
  ru: 'russia',
  sv: 'sweden',
  uk: 'ukraine',
  zh: 'china',
};

const ANSWER = Type.Object({ results: Type.Array(Type.Unknown()) });
const ENTRY = Type.Object({
  title: Type.String(),
  url: Type.String(),
  content: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  published_date: Type.Optional(Type.Union([Type.String(), Type.Null()])),
});

/** Web or news search of Tavily, at its basic depth: what counts is where a page is. */
export function createTavilyProvider(
  deps: KeyedApiDeps,
  channel: 'web' | 'news' = 'web',
): SearchProvider {
  const name = channel === 'web' ? 'tavily' : 'tavily-news';
  return {
    name,
    channel,
    async search(query, signal) {
      needKey(VENDOR, deps.apiKey, 'SONDE_TAVILY_KEY');
      const nowMs = deps.clock.nowMs();
      const call = {
        url: new URL('/search', deps.baseUrl ?? DEFAULT_BASE_URL).href,
        headers: { Authorization: `Bearer ${deps.apiKey}` },
        json: searchBody(channel, query, nowMs),
      };
      const bytes = await askApi(VENDOR, call, deps, signal);
      const { results } = parseAnswer(ANSWER, bytes, VENDOR.title);
      return validEntries(ENTRY, results, VENDOR.title)
        .flatMap(({ url, title, content, published_date }) =>
          webHit({
            provider: name,
            url,
            title,
            snippet: content,
            publishedMs: publishedMsOf(published_date, nowMs),
          }),
        )
        .slice(0, query.limit);
    },
  };
}

function searchBody(channel: 'web' | 'news', query: SearchQuery, nowMs: number) {
  const { include = [], exclude = [] } = query.sites ?? {};
  const country = channel === 'web' ? COUNTRIES[query.language] : undefined;
  const freshness = freshnessOf(query.publishedAfterMs, nowMs);
  return {
    query: clipQuery(query.text, MAX_QUERY_LENGTH),
    topic: channel === 'web' ? 'general' : 'news',
    search_depth: 'basic',
    max_results: Math.min(query.limit, MAX_HITS),
    ...(country === undefined ? {} : { country }),
    ...(freshness === null ? {} : timeOf(freshness)),
    ...(include.length > 0 ? { include_domains: include.slice(0, MAX_INCLUDED_SITES) } : {}),
    ...(exclude.length > 0 ? { exclude_domains: exclude.slice(0, MAX_EXCLUDED_SITES) } : {}),
  };
}

function timeOf({ age, isExact, since }: Freshness) {
  return isExact ? { time_range: age } : { start_date: since };
}
