import { Type } from '@sinclair/typebox';
import { Fault } from '../../lib/fault';
import type { SearchProvider, SearchQuery } from '../ports';
import { parseAnswer, validEntries } from './answer';
import { type ApiDeps, askApi, type Vendor } from './api';
import { freshnessOf, publishedMsOf } from './freshness';
import { assertLanguage } from './language';
import { withSiteOperators } from './query-text';
import { webHit } from './web-hit';

/** Somebody has to run it: there is no address of its own. */
export interface SearxngDeps extends ApiDeps {
  baseUrl: string;
}

/** As it is installed, it answers no program: each format has to be switched on. */
const VENDOR: Vendor = {
  title: 'SearXNG',
  refusedRemedy:
    'add json to search.formats in its settings.yml, and let its limiter pass this machine',
};
const QUERY_LIMITS = { maxLength: 512, maxWords: 60 };

const ANSWER = Type.Object({
  results: Type.Array(Type.Unknown()),
  unresponsive_engines: Type.Optional(Type.Array(Type.Unknown())),
});
const ENTRY = Type.Object({
  url: Type.String(),
  title: Type.String(),
  content: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  publishedDate: Type.Optional(Type.Union([Type.String(), Type.Null()])),
});

/** Web or news search of a SearXNG instance, which asks many engines at once. */
export function createSearxngProvider(
  deps: SearxngDeps,
  channel: 'web' | 'news' = 'web',
): SearchProvider {
  const name = channel === 'web' ? 'searxng' : 'searxng-news';
  return {
    name,
    channel,
    async search(query, signal) {
      if (deps.baseUrl === '') throw noAddress();
      const nowMs = deps.clock.nowMs();
      const url = searchUrl(deps.baseUrl, channel, query, nowMs);
      const bytes = await askApi(VENDOR, { url }, deps, signal);
      const { results, unresponsive_engines } = parseAnswer(ANSWER, bytes, VENDOR.title);
      // That is no search that found nothing.
      if (results.length === 0 && unresponsive_engines?.length) throw enginesSilent();
      return validEntries(ENTRY, results, VENDOR.title)
        .flatMap(({ url: found, title, content, publishedDate }) =>
          webHit({
            provider: name,
            url: found,
            title,
            snippet: content,
            publishedMs: publishedMsOf(publishedDate, nowMs),
          }),
        )
        .slice(0, query.limit);
    },
  };
}

function searchUrl(
  baseUrl: string,
  channel: 'web' | 'news',
  query: SearchQuery,
  nowMs: number,
): string {
  assertLanguage(query.language);
  const age = freshnessOf(query.publishedAfterMs, nowMs)?.age ?? null;
  // An instance may stand below a path.
  const url = new URL('search', baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`);
  url.search = new URLSearchParams({
    q: withSiteOperators({ ...query, text: withoutCommands(query.text) }, QUERY_LIMITS),
    format: 'json',
    categories: channel === 'web' ? 'general' : 'news',
    language: query.language,
    ...(age === null ? {} : { time_range: age }),
  }).toString();
  return url.href;
}

/** A question is not meant as a command: `!engine`, `!!elsewhere`, `:language`, `<seconds`. */
function withoutCommands(text: string): string {
  return text.replace(/(^|\s)[!:<?]+(?=\S)/g, '$1');
}

function noAddress(): Fault {
  return new Fault('not_configured', 'SearXNG has no address: set SONDE_SEARXNG_URL.', {
    field: 'SONDE_SEARXNG_URL',
  });
}

function enginesSilent(): Fault {
  return new Fault(
    'unavailable',
    'SearXNG found nothing, and not all of its engines answered: see the statistics of the instance.',
  );
}
