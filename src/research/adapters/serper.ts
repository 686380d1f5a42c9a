import { Type } from '@sinclair/typebox';
import type { SearchProvider, SearchQuery } from '../ports';
import { parseAnswer, validEntries } from './answer';
import { askApi, type KeyedApiDeps, needKey, type Vendor } from './api';
import { type Freshness, freshnessOf, publishedMsOf } from './freshness';
import { assertLanguage, countryOf } from './language';
import { withSiteOperators } from './query-text';
import { webHit } from './web-hit';

const VENDOR: Vendor = { title: 'Serper', refusedRemedy: 'check SONDE_SERPER_KEY' };
const DEFAULT_BASE_URL = 'https://google.serper.dev';
/** More than ten count as two searches. */
const MAX_HITS = 10;
/** Google reads no more than 32 words. */
const QUERY_LIMITS = { maxLength: 2_048, maxWords: 32 };

const WEB_ANSWER = Type.Object({ organic: Type.Array(Type.Unknown()) });
const NEWS_ANSWER = Type.Object({ news: Type.Array(Type.Unknown()) });
const ENTRY = Type.Object({
  title: Type.String(),
  link: Type.String(),
  snippet: Type.Optional(Type.String()),
  date: Type.Optional(Type.String()),
});

/** Google's web or news search by way of Serper. */
export function createSerperProvider(
  deps: KeyedApiDeps,
  channel: 'web' | 'news' = 'web',
): SearchProvider {
  const name = channel === 'web' ? 'serper' : 'serper-news';
  return {
    name,
    channel,
    async search(query, signal) {
      needKey(VENDOR, deps.apiKey, 'SONDE_SERPER_KEY');
      const nowMs = deps.clock.nowMs();
      const path = channel === 'web' ? '/search' : '/news';
      const call = {
        url: new URL(path, deps.baseUrl ?? DEFAULT_BASE_URL).href,
        headers: { 'X-API-KEY': deps.apiKey },
        json: searchBody(query, nowMs),
      };
      const bytes = await askApi(VENDOR, call, deps, signal);
      const results =
        channel === 'web'
          ? parseAnswer(WEB_ANSWER, bytes, VENDOR.title).organic
          : parseAnswer(NEWS_ANSWER, bytes, VENDOR.title).news;
      return validEntries(ENTRY, results, VENDOR.title)
        .flatMap(({ link, title, snippet, date }) =>
          webHit({
            provider: name,
            url: link,
            title,
            snippet,
            publishedMs: publishedMsOf(date, nowMs),
          }),
        )
        .slice(0, query.limit);
    },
  };
}

function searchBody(query: SearchQuery, nowMs: number) {
  const { language, limit } = query;
  assertLanguage(language);
  const freshness = freshnessOf(query.publishedAfterMs, nowMs);
  return {
    q: withSiteOperators(query, QUERY_LIMITS),
    num: Math.min(limit, MAX_HITS),
    hl: language,
    gl: (countryOf(language) ?? 'US').toLowerCase(),
    ...(freshness === null ? {} : { tbs: timeText(freshness) }),
  };
}

/** Google's own parameter: the last day, week, month or year, or the day after which. */
function timeText({ age, isExact, since }: Freshness): string {
  if (isExact && age !== null) return `qdr:${age.charAt(0)}`;
  const [year, month, day] = since.split('-').map(Number);
  return `cdr:1,cd_min:${month}/${day}/${year}`;
}
