import { Type } from '@sinclair/typebox';
import type { SearchProvider, SearchQuery } from '../ports';
import { parseAnswer, validEntries } from './answer';
import { type ApiDeps, askApi, type Vendor } from './api';
import { contentWords } from './content-words';
import { freshnessOf, publishedMsOf } from './freshness';
import { assertLanguage, englishNameOf } from './language';
import { webHit } from './web-hit';

const NAME = 'gdelt';
const VENDOR: Vendor = {
  title: 'GDELT',
  refusedRemedy: 'it may have closed itself to this machine for a while; try again later',
};
const DEFAULT_BASE_URL = 'https://api.gdeltproject.org';
const MAX_HITS = 250;
/** It looks for articles with all of the words: with more of them it finds nothing. */
const MAX_WORDS = 6;
/** It refuses shorter ones. */
const MIN_WORD_LENGTH = 3;
/** It remembers three months. */
const MAX_AGE_DAYS = 90;
const MAX_SITES = 8;

/** Without `articles` it found nothing. */
const ANSWER = Type.Union([
  Type.Object({ articles: Type.Array(Type.Unknown()) }),
  Type.Object({}, { additionalProperties: false }),
]);
const ENTRY = Type.Object({
  url: Type.String(),
  title: Type.String(),
  seendate: Type.Optional(Type.String()),
});

/** Search of the world's news of the last three months, by the DOC 2.0 API of the GDELT project. */
export function createGdeltProvider(deps: ApiDeps): SearchProvider {
  return {
    name: NAME,
    channel: 'news',
    async search(query, signal) {
      const nowMs = deps.clock.nowMs();
      const url = searchUrl(deps, query, nowMs);
      if (url === null) return [];
      const bytes = await askApi(VENDOR, { url }, deps, signal);
      const answer = parseAnswer(ANSWER, bytes, VENDOR.title);
      const articles = 'articles' in answer ? answer.articles : [];
      return validEntries(ENTRY, articles, VENDOR.title)
        .flatMap(({ url: found, title, seendate }) =>
          webHit({
            provider: NAME,
            url: found,
            title,
            publishedMs: publishedMsOf(seendate, nowMs),
          }),
        )
        .slice(0, query.limit);
    },
  };
}

/** Null when the question holds no word that it would search for. */
function searchUrl(deps: ApiDeps, query: SearchQuery, nowMs: number): string | null {
  const words = contentWords(query.text, Number.POSITIVE_INFINITY)
    .filter((word) => word.length >= MIN_WORD_LENGTH)
    .slice(0, MAX_WORDS);
  if (words.length === 0) return null;
  const days = freshnessOf(query.publishedAfterMs, nowMs)?.ageDays;
  const url = new URL('/api/v2/doc/doc', deps.baseUrl ?? DEFAULT_BASE_URL);
  url.search = new URLSearchParams({
    query: [...words, ...siteTerms(query), ...languageTerm(query.language)].join(' '),
    mode: 'artlist',
    format: 'json',
    sort: 'hybridrel',
    maxrecords: String(Math.min(query.limit, MAX_HITS)),
    timespan: `${Math.min(days ?? MAX_AGE_DAYS, MAX_AGE_DAYS)}d`,
  }).toString();
  return url.href;
}

function siteTerms({ sites }: SearchQuery): string[] {
  const wanted = (sites?.include ?? []).slice(0, MAX_SITES).map((site) => `domain:${site}`);
  const unwanted = (sites?.exclude ?? []).slice(0, MAX_SITES).map((site) => `-domain:${site}`);
  return [...(wanted.length > 1 ? [`(${wanted.join(' OR ')})`] : wanted), ...unwanted];
}

/** It names languages in English, in one word. */
function languageTerm(language: string): string[] {
  assertLanguage(language);
  const name = englishNameOf(language) ?? '';
  return /^[a-z]+$/.test(name) ? [`sourcelang:${name}`] : [];
}
