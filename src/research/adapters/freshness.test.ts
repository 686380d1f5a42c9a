import { expect, test } from 'bun:test';
import { DAY_MS } from '../../lib/calendar';
import { freshnessOf, publishedMsOf } from './freshness';

const NOW_MS = Date.UTC(2026, 10, 22, 6);
const HOUR_MS = 3_600_000;

test.each([
  [DAY_MS, 'day', true, 1],
  [DAY_MS + HOUR_MS / 2, 'day', true, 1],
  [3 * DAY_MS, 'week', false, 3],
  [7 * DAY_MS + HOUR_MS, 'week', true, 7],
  [8 * DAY_MS, 'month', false, 8],
  [30 * DAY_MS, 'month', true, 30],
  [365 * DAY_MS, 'year', true, 365],
  [400 * DAY_MS, null, false, 400],
] as const)(
  'an age of %d ms is within a %s (exactly: %p), %d days',
  (ms, age, isExact, ageDays) => {
    expect(freshnessOf(NOW_MS - ms, NOW_MS)).toMatchObject({ age, isExact, ageDays });
  },
);

test('any time is none, and what lies ahead is as fresh as can be', () => {
  expect(freshnessOf(null, NOW_MS)).toBeNull();
  expect(freshnessOf(undefined, NOW_MS)).toBeNull();
  expect(freshnessOf(NOW_MS + DAY_MS, NOW_MS)).toMatchObject({ age: 'day', ageDays: 1 });
});

test.each<[string | null | undefined, number | null]>([
  ['2026-11-18', Date.UTC(2026, 10, 19)],
  ['2026-11-18T09:30:00', Date.UTC(2026, 10, 18, 9, 30)],
  ['2026-11-18 09:30:00', Date.UTC(2026, 10, 18, 9, 30)],
  ['2026-11-18T09:30:00.123Z', Date.UTC(2026, 10, 18, 9, 30, 0, 123)],
  ['2026-11-18T09:30:00+02:00', Date.UTC(2026, 10, 18, 7, 30)],
  ['20261118T093000Z', Date.UTC(2026, 10, 18, 9, 30)],
  ['Wed, 18 Nov 2026 09:30:00 GMT', Date.UTC(2026, 10, 18, 9, 30)],
  ['Nov 18, 2026', Date.UTC(2026, 10, 19)],
  ['2 hours ago', NOW_MS - 2 * HOUR_MS],
  ['1 day ago', NOW_MS - DAY_MS],
  ['vor 2 Tagen', null],
  ['Section 5', null],
  ['2026-99-99', null],
  ['99999999T999999Z', null],
  ['', null],
  [null, null],
  [undefined, null],
])('%p was published at %p', (text, ms) => {
  expect(publishedMsOf(text, NOW_MS)).toBe(ms);
});
