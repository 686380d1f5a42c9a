import { Type } from '@sinclair/typebox';
import type { SearchProvider, SearchQuery } from '../ports';
import { parseAnswer, validEntries } from './answer';
import { askApi, type KeyedApiDeps, needKey, type Vendor } from './api';
import { type Freshness, freshnessOf, publishedMsOf } from './freshness';
import { countryOf } from './language';
import { withSiteOperators } from './query-text';
import { webHit } from './web-hit';

const VENDOR: Vendor = { title: 'Brave Search', refusedRemedy: 'check SONDE_BRAVE_KEY' };
const DEFAULT_BASE_URL = 'https://api.search.brave.com';
const MAX_HITS = { web: 20, news: 50 };
const QUERY_LIMITS = { maxLength: 400, maxWords: 50 };

/** The languages that it can be asked for, where it writes them as ISO 639-1 does. */
const LANGUAGES = new Set(
  `ar bg bn ca cs da de el en es et eu fi fr gl gu he hi hr hu is it kn ko lt lv ml mr ms nb nl pa pl
  ro ru sk sl sr sv ta te th tr uk vi`.split(/\s+/),
);
const OTHER_LANGUAGES: Record<string, string> = {
  ja: 'jp',
  no: 'nb',
  pt: 'pt-br',
  zh: 'zh-hans',
};
/** The countries that it can be asked for. */
const COUNTRIES = new Set(
  `AR AT AU BE BR CA CH CL CN DE DK ES FI FR GB HK ID IN IT JP KR MX MY NL NO NZ PH PL PT RU SA SE TR
  TW US ZA`.split(/\s+/),
);
const AGE = { day: 'pd', week: 'pw', month: 'pm', year: 'py' };

const NEWS_ANSWER = Type.Object({ results: Type.Array(Type.Unknown()) });
/** Without a `web` it found nothing. */
const WEB_ANSWER = Type.Object({ type: Type.Literal('search'), web: Type.Optional(NEWS_ANSWER) });
const ENTRY = Type.Object({
  title: Type.String(),
  url: Type.String(),
  description: Type.Optional(Type.String()),
  page_age: Type.Optional(Type.Union([Type.String(), Type.Null()])),
});

/** Web or news search of the Brave Search API, version 1. */
export function createBraveProvider(
  deps: KeyedApiDeps,
  channel: 'web' | 'news' = 'web',
): SearchProvider {
  const name = channel === 'web' ? 'brave' : 'brave-news';
  return {
    name,
    channel,
    async search(query, signal) {
      needKey(VENDOR, deps.apiKey, 'SONDE_BRAVE_KEY');
      const nowMs = deps.clock.nowMs();
      const url = searchUrl(deps, channel, query, nowMs);
      const headers = { 'X-Subscription-Token': deps.apiKey };
      const bytes = await askApi(VENDOR, { url, headers }, deps, signal);
      const results =
        channel === 'web'
          ? parseAnswer(WEB_ANSWER, bytes, VENDOR.title).web?.results
          : parseAnswer(NEWS_ANSWER, bytes, VENDOR.title).results;
      return validEntries(ENTRY, results ?? [], VENDOR.title)
        .flatMap(({ url: found, title, description, page_age }) =>
          webHit({
            provider: name,
            url: found,
            title,
            snippet: description,
            publishedMs: publishedMsOf(page_age, nowMs),
          }),
        )
        .slice(0, query.limit);
    },
  };
}

function searchUrl(
  deps: KeyedApiDeps,
  channel: 'web' | 'news',
  query: SearchQuery,
  nowMs: number,
): string {
  const { language, limit } = query;
  const lang = LANGUAGES.has(language) ? language : OTHER_LANGUAGES[language];
  const country = countryOf(language);
  const freshness = freshnessOf(query.publishedAfterMs, nowMs);
  const url = new URL(`/res/v1/${channel}/search`, deps.baseUrl ?? DEFAULT_BASE_URL);
  url.search = new URLSearchParams({
    q: withSiteOperators(query, QUERY_LIMITS),
    count: String(Math.min(limit, MAX_HITS[channel])),
    ...(lang === undefined ? {} : { search_lang: lang }),
    ...(country !== null && COUNTRIES.has(country) ? { country } : {}),
    ...(freshness === null ? {} : { freshness: freshnessText(freshness, nowMs) }),
    ...(channel === 'web' ? { result_filter: 'web' } : {}),
    text_decorations: 'false',
  }).toString();
  return url.href;
}

/** A word for it, or the days from and to. */
function freshnessText({ age, isExact, since }: Freshness, nowMs: number): string {
  if (isExact && age !== null) return AGE[age];
  return `${since}to${new Date(nowMs).toISOString().slice(0, 10)}`;
}
