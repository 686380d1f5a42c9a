import type { Static } from 'elysia';
import { DAY_MS } from '../../lib/calendar';
import { Fault } from '../../lib/fault';
import type {
  GivenSource,
  ResearchMode,
  ResearchRequest,
  ResearchSettings,
} from '../../research/types';
import type { Payload } from './schemas';

type Body = Static<typeof Payload>;

const USD_MICROS = 1_000_000;
/** What a product of a decimal fraction may miss the whole number by. */
const ROUNDING = 1e-4;

const MODE: Record<string, ResearchMode> = { low: 'lite', medium: 'standard', high: 'pro' };

/** The units of Google's `qdr`, in milliseconds. */
const AGE_UNIT_MS: Record<string, number> = {
  s: 1_000,
  n: 60_000,
  h: 3_600_000,
  d: DAY_MS,
  w: 7 * DAY_MS,
  m: 30 * DAY_MS,
  y: 365 * DAY_MS,
};

/** The payload in the words of the research. Throws Fault `invalid_request`. */
export function toDomain(body: Body, defaultLanguage: string): ResearchRequest {
  return {
    question: body.topic,
    mode: MODE[body.budget ?? 'medium'] ?? 'standard',
    maxCredits: null,
    maxWallclockSeconds: null,
    responseSchema: null,
    sources: (body.seed_sources ?? []).map(toGivenSource),
    search: { library: true, web: true },
    language: (body.language ?? defaultLanguage).slice(0, 2).toLowerCase(),
    settings: settingsOf(body),
  };
}

function toGivenSource(seed: NonNullable<Body['seed_sources']>[number]): GivenSource {
  if ('url' in seed) return { kind: 'url', url: seed.url };
  return { kind: 'text', text: seed.text, title: null };
}

function settingsOf(body: Body): Partial<ResearchSettings> {
  const settings: Partial<ResearchSettings> = { preset: body.preset ?? 'news', hasFacets: true };
  const { posture, max_cost_usd, sub_questions, return_source_content, search = {} } = body;
  if (posture) settings.posture = posture;
  if (sub_questions) settings.subQuestions = sub_questions;
  if (max_cost_usd !== undefined) settings.maxCostUsdMicros = usdMicrosOf(max_cost_usd);
  if (return_source_content === 'markdown' || return_source_content === 'html') {
    settings.sourceContent = return_source_content;
  }
  if (search.results_per_query !== undefined) settings.resultsPerQuery = search.results_per_query;
  if (search.freshness !== undefined) settings.maxAgeMs = maxAgeOf(search.freshness);
  if (search.channel) settings.channel = search.channel;
  if (search.site_include || search.site_exclude) {
    settings.sites = {
      include: sitesOf(search.site_include, 'search/site_include'),
      exclude: sitesOf(search.site_exclude, 'search/site_exclude'),
    };
  }
  return settings;
}

/** Rounded down: a limit in dollars is never passed, by no fraction either. */
function usdMicrosOf(usd: number): number {
  return Math.floor(usd * USD_MICROS + ROUNDING);
}

/** `qdr:d3`; null for any age. */
function maxAgeOf(freshness: string): number | null {
  if (freshness === '') return null;
  const unitMs = AGE_UNIT_MS[freshness.charAt(4)] ?? DAY_MS;
  return unitMs * Number(freshness.slice(5) || 1);
}

/** Bare host names, however the list spells them: `https://www.example.com/`, `*.example.com`. */
function sitesOf(entries: string[] | undefined, field: string): string[] {
  return (entries ?? []).map((entry, index) => {
    const bare = entry
      .trim()
      .replace(/^[a-z]+:\/\//i, '')
      .replace(/^\*\./, '');
    const host = URL.canParse(`http://${bare}`) ? new URL(`http://${bare}`).hostname : '';
    if (host !== '') return host.replace(/^www\./, '');
    throw new Fault('invalid_request', `${field}/${index} is no host name: write example.com`, {
      field: `${field}/${index}`,
    });
  });
}
