import type { SearchHit } from '../ports';
import { terms } from '../text/terms';
import type { ResearchSettings } from '../types';

/** Sites whose pages are talk, and are hardly ever open to programs. */
const SOCIAL_HOSTS = [
  'bsky.app',
  'facebook.com',
  'instagram.com',
  'linkedin.com',
  'pinterest.com',
  'reddit.com',
  'snapchat.com',
  't.me',
  'threads.net',
  'tiktok.com',
  'tumblr.com',
  'twitter.com',
  'vk.com',
  'x.com',
];

/** English and Polish: what a list of the day's or the week's news is called. */
const ROUND_UP = new RegExp(
  [
    String.raw`\b(?:daily|weekly|morning|evening|midday|weekend)\s+(?:brief(?:ing)?|digest|news|recap|wrap)\b`,
    String.raw`\bround-?\s?ups?\b`,
    String.raw`\b(?:news|week|day) in (?:brief|review)\b`,
    String.raw`\b(?:top|today['’]s) (?:stories|headlines)\b`,
    String.raw`\bprzegląd (?:prasy|wiadomości|dnia|tygodnia)`,
    String.raw`\bpodsumowanie (?:dnia|tygodnia)`,
    String.raw`\bskrót (?:dnia|wiadomości)`,
  ].join('|'),
  'iu',
);

/** A date in an address, as newspapers write it: `/2026/03/09/` or `-2026-03-09`. */
const DATE_IN_URL = /\b(20\d\d)[/-](0?[1-9]|1[0-2])[/-](0?[1-9]|[12]\d|3[01])(?!\d)/;

/** Under the strict rule: how much of the query a hit's title and snippet must share. */
const STRICT_SHARE = 0.5;
/** Words are compared by their beginnings, since few languages leave their endings alone. */
const COMPARED_UNITS = 5;

/** What triage judges a hit by. */
export interface TriageRules extends ResearchSettings {
  /** What says that it was published before is passed over; null for any time. */
  publishedAfterMs: number | null;
}

/** True for what a job may read of what was found for a query. What tells no date may be new. */
export function mayRead(hit: SearchHit, query: string, rules: TriageRules): boolean {
  if (!mayVisit(hit.url, rules)) return false;
  if (!rules.keepsPdfs && isPdf(hit.url)) return false;
  if (!rules.keepsRoundUps && ROUND_UP.test(hit.title)) return false;
  if (rules.publishedAfterMs !== null) {
    const publishedMs = hit.publishedMs ?? dateIn(hit.url);
    if (publishedMs !== null && publishedMs < rules.publishedAfterMs) return false;
  }
  return !rules.hasStrictTriage || sharesEnough(hit, query);
}

/** By its host. What stands on no host is on no list, and a list of what is wanted leaves it out. */
export function mayVisit(url: string, { sites }: Pick<ResearchSettings, 'sites'>): boolean {
  const host = hostOf(url);
  const isOn = (list: readonly string[]) =>
    host !== null && list.some((site) => isUnder(host, site));
  if (isOn(sites.exclude)) return false;
  if (sites.include.length > 0) return isOn(sites.include);
  return !isOn(SOCIAL_HOSTS);
}

function hostOf(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' || protocol === 'https:' ? hostname : null;
}

function isUnder(host: string, site: string): boolean {
  return host === site || host.endsWith(`.${site}`);
}

function isPdf(url: string): boolean {
  return URL.canParse(url) && /\.pdf$/i.test(new URL(url).pathname);
}

/** The end of the day that an address names, so that no hour of it is taken for older. */
function dateIn(url: string): number | null {
  const [, year, month, day] = DATE_IN_URL.exec(url) ?? [];
  if (year === undefined) return null;
  return Date.UTC(Number(year), Number(month) - 1, Number(day) + 1);
}

function sharesEnough(hit: SearchHit, query: string): boolean {
  const wanted = beginnings(query);
  if (wanted.size === 0) return true;
  const told = beginnings(`${hit.title} ${hit.snippet ?? ''}`);
  const shared = [...wanted].filter((word) => told.has(word)).length;
  return shared >= STRICT_SHARE * wanted.size;
}

function beginnings(text: string): Set<string> {
  return new Set(terms(text).map((term) => term.slice(0, COMPARED_UNITS)));
}
