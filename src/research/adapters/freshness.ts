import { DAY_MS } from '../../lib/calendar';
import { isoFromMs } from '../../lib/clock';

/** How old a page may be, in the words that search engines have for it. */
export type Age = 'day' | 'week' | 'month' | 'year';

export interface Freshness {
  /** The shortest of them that leaves nothing wanted out; null when it takes longer than a year. */
  age: Age | null;
  /** True when that is the very age that was wanted. */
  isExact: boolean;
  ageDays: number;
  /** `2026-03-09`, UTC: what is wanted was published on it or later. */
  since: string;
}

const AGES: [Age, number][] = [
  ['day', DAY_MS],
  ['week', 7 * DAY_MS],
  ['month', 31 * DAY_MS],
  ['year', 366 * DAY_MS],
];

/** A month may be counted as 28 days, a year as 365. */
const EXACT_TOLERANCE = 0.1;
/** Ages are counted from when a job was asked, and it may have waited since: a week stays a week. */
const WAITED_MS = 3_600_000;

/** Null for any time. */
export function freshnessOf(
  publishedAfterMs: number | null | undefined,
  nowMs: number,
): Freshness | null {
  if (publishedAfterMs === null || publishedAfterMs === undefined) return null;
  const ageMs = Math.max(0, nowMs - publishedAfterMs);
  const [age, lengthMs] = AGES.find(([, length]) => ageMs <= length + WAITED_MS) ?? [null, 0];
  return {
    age,
    isExact: age !== null && ageMs >= lengthMs * (1 - EXACT_TOLERANCE),
    ageDays: Math.max(1, Math.ceil((ageMs - WAITED_MS) / DAY_MS)),
    since: isoFromMs(publishedAfterMs).slice(0, 10),
  };
}

const UNIT_MS: Record<string, number> = {
  minute: 60_000,
  hour: 3_600_000,
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: 31 * DAY_MS,
  year: 366 * DAY_MS,
};
const RELATIVE = /^(\d{1,3}) (minute|hour|day|week|month|year)s? ago$/;
const ISO_DAY = /^\d{4}-\d\d-\d\d$/;
const ISO_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/;
const COMPACT_TIME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
const HTTP_TIME = /^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;
const ENGLISH_DAY = /^[A-Z][a-z]{2} \d{1,2}, \d{4}$/;

/** When a page was published, from any of the ways in which search APIs write it; the end of the day
 * where they name a day. Null for every other text: no date is better than a wrong one. */
export function publishedMsOf(text: string | null | undefined, nowMs: number): number | null {
  const value = (text ?? '').trim();
  const [, count, unit] = RELATIVE.exec(value) ?? [];
  if (count !== undefined) return nowMs - Number(count) * (UNIT_MS[unit ?? ''] ?? 0);
  if (ISO_DAY.test(value)) return endOfDay(value);
  if (ENGLISH_DAY.test(value)) return endOfDay(`${value} UTC`);
  if (HTTP_TIME.test(value)) return timeOf(value);
  const zone = ISO_TIME.exec(value);
  // A time without a zone would be read as this machine's.
  if (zone) return timeOf(value.replace(' ', 'T') + (zone[1] === undefined ? 'Z' : ''));
  if (COMPACT_TIME.test(value)) return timeOf(value.replace(COMPACT_TIME, '$1-$2-$3T$4:$5:$6Z'));
  return null;
}

function timeOf(value: string): number | null {
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? null : ms;
}

function endOfDay(value: string): number | null {
  const startMs = timeOf(value);
  return startMs === null ? null : startMs + DAY_MS;
}
