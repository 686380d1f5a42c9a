import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { ManualClock } from '../../tests/support/clock';
import { openTestDatabase, type TestDatabase } from '../../tests/support/database';
import { silentLog } from '../../tests/support/log';
import { AssertionError } from '../lib/assert';
import { createAdjustments } from './adjustment';
import { type Credits, createCredits } from './service';
import { createStatements } from './statement';
import type { Earning } from './types';

let file: TestDatabase;
let credits: Credits;
let raw: Database;

beforeEach(async () => {
  file = await openTestDatabase();
  credits = createCredits({ db: file.db, clock: new ManualClock(), log: silentLog });
  raw = new Database(file.path, { readwrite: true });
  raw.exec('PRAGMA foreign_keys = ON');
  await file.db.write(async (tx) => {
    await credits.open(tx, 'ann');
    const grant = { id: 'g', userId: 'ann', bucket: 'plan', amountMicros: 100, note: '' } as const;
    await credits.grant(tx, grant);
  });
  await hold('a');
});
afterEach(async () => {
  expect(await credits.check()).toEqual([]);
  raw.close();
  await file.close();
});

const hold = (id: string) =>
  file.db.write((tx) => credits.hold(tx, { id, userId: 'ann', amountMicros: 20 }));
const settle = (id: string, amountMicros: number, parts: Record<string, number> = {}) =>
  settleList(id, amountMicros, toEarnings(parts));
const settleList = (id: string, amountMicros: number, earnings: Earning[]) =>
  file.db.write((tx) => credits.settle(tx, { id, amountMicros, earnings }));
const toEarnings = (parts: Record<string, number>): Earning[] =>
  Object.entries(parts).map(([hostId, amountMicros]) => ({ hostId, amountMicros }));
const earned = async (hostIds?: string[]) =>
  Object.fromEntries(
    Array.from(await credits.earnings(hostIds), ([hostId, { earnedMicros, settledJobs }]) => [
      hostId,
      [earnedMicros, settledJobs],
    ]),
  );
const entries = (id: string) =>
  raw
    .query<{ line: string }, [string]>(
      `SELECT owner || '/' || kind || ' ' || amount_micros AS line FROM entry
        WHERE transfer_id = ? ORDER BY line`,
    )
    .all(id)
    .map(({ line }) => line);
const lines = async () =>
  (await credits.ledger('ann', { limit: 10, offset: 0 })).map((line) => line.transferId);

describe('a settle with earnings', () => {
  test('pays one host in its own row, and the rest is revenue', async () => {
    expect(await settle('a', 10, { h1: 9 })).toBe('settled');
    expect(entries('settle/a')).toEqual([
      'ann/held -20',
      'ann/plan 10',
      'h1/earnings 9',
      'system/revenue 1',
    ]);
    expect(await earned()).toEqual({ h1: [9, 1] });
    expect(raw.query("SELECT 1 FROM transfer WHERE kind = 'earn'").all()).toEqual([]);
  });

  test('pays every further host out of the revenue of the first row', async () => {
    await settle('a', 10, { h1: 4, h2: 3, h3: 2 });
    expect(entries('settle/a')).toEqual([
      'ann/held -20',
      'ann/plan 10',
      'h1/earnings 4',
      'system/revenue 6',
    ]);
    expect(entries('earn/a/h2')).toEqual(['h2/earnings 3', 'system/revenue -3']);
    expect(entries('earn/a/h3')).toEqual(['h3/earnings 2', 'system/revenue -2']);
    expect(await earned()).toEqual({ h1: [4, 1], h2: [3, 1], h3: [2, 1] });
  });

  test('may leave the operator nothing', async () => {
    await settle('a', 10, { h1: 10 });
    expect(entries('settle/a')).toEqual(['ann/held -20', 'ann/plan 10', 'h1/earnings 10']);
    await hold('b');
    await settle('b', 7, { h1: 4, h2: 3 });
    expect(await earned()).toEqual({ h1: [14, 2], h2: [3, 1] });
  });

  test('leaves out who gets nothing, and pays a host that served twice once', async () => {
    await settleList('a', 10, [
      { hostId: 'none', amountMicros: 0 },
      { hostId: 'h1', amountMicros: 2 },
      { hostId: 'h2', amountMicros: 3 },
      { hostId: 'h1', amountMicros: 4 },
    ]);
    expect(await earned()).toEqual({ h1: [6, 1], h2: [3, 1] });
    await hold('b');
    await settle('b', 0, { h1: 0 });
    expect(await earned()).toEqual({ h1: [6, 1], h2: [3, 1] });
  });

  test('repeated, or after the release, pays nobody', async () => {
    await settle('a', 10, { h1: 4, h2: 3 });
    expect(await settle('a', 10, { h1: 4, h2: 3 })).toBe('already_settled');
    expect(await settle('a', 10, { h3: 1, h4: 1 })).toBe('already_settled');
    await hold('b');
    await file.db.write((tx) => credits.release(tx, { id: 'b' }));
    expect(await settle('b', 10, { h1: 5, h2: 5 })).toBe('already_released');
    expect(await earned()).toEqual({ h1: [4, 1], h2: [3, 1] });
  });

  test('that fails pays nobody', async () => {
    const failing = file.db.write(async (tx) => {
      await credits.settle(tx, {
        id: 'a',
        amountMicros: 9,
        earnings: toEarnings({ h1: 4, h2: 4 }),
      });
      throw new Error('the job could not be stored');
    });
    await expect(failing).rejects.toThrow('could not be stored');
    expect(await earned()).toEqual({});
    expect(await settle('a', 9, { h2: 4 })).toBe('settled');
    expect(await earned()).toEqual({ h2: [4, 1] });
  });

  test('of more than the user pays, of a fraction or less than nothing is a bug of ours', async () => {
    await expect(settle('a', 10, { h1: 6, h2: 5 })).rejects.toThrow(AssertionError);
    await expect(settle('a', 10, { h1: 1.5 })).rejects.toThrow(AssertionError);
    await expect(settle('a', 10, { h1: -1 })).rejects.toThrow(AssertionError);
    expect(await earned()).toEqual({});
  });
});

test("what hosts earn is no line of a user's ledger, and no gap in it", async () => {
  await settle('a', 10, { h1: 4, h2: 3 });
  await hold('b');
  await settle('b', 10, { h1: 4, h2: 3, h3: 1 });
  expect(await lines()).toEqual(['settle/b', 'hold/b', 'settle/a', 'hold/a', 'grant/g']);
  expect(await credits.ledger('ann', { limit: 1, offset: 2 })).toMatchObject([
    { transferId: 'settle/a', planMicros: 10, heldMicros: -20 },
  ]);
});

test('earnings are asked for of all hosts, or of those that are named', async () => {
  expect(await earned()).toEqual({});
  await settle('a', 10, { h1: 4, h2: 3, h3: 2 });
  expect(await earned(['h2', 'unknown', 'h3'])).toEqual({ h2: [3, 1], h3: [2, 1] });
  expect(await earned([])).toEqual({});
});

test('a refund is of all that the user paid, and hosts keep what they earned', async () => {
  const adjustments = createAdjustments({ db: file.db, clock: new ManualClock() });
  const refund = (jobId: string, amountMicros: number) =>
    file.db.write((tx) => adjustments.refund(tx, { jobId, amountMicros, note: 'sorry' }));
  await settle('a', 10, { h1: 10 });
  await expect(refund('a', 11)).rejects.toThrow('was charged 0.00001 credits');
  expect(await refund('a', 10)).toEqual({ availableMicros: 100 });
  await hold('b');
  await settle('b', 10, { h1: 4, h2: 3 });
  expect(await refund('b', 10)).toEqual({ availableMicros: 100 });
  expect(await earned()).toEqual({ h1: [14, 2], h2: [3, 1] });
});

test('what users own does not count what hosts have', async () => {
  await settle('a', 10, { h1: 4, h2: 3 });
  expect(await createStatements({ db: file.db }).outstandingMicros()).toBe(90);
});

describe('the file itself', () => {
  const insert = (columns: string, values: string) => () =>
    raw.exec(`INSERT INTO transfer (created_ms, id, user_id, ${columns})
      VALUES (0, 'x', 'ann', ${values})`);

  test('lets a host be paid by a settle or an earn only, and never take from one', () => {
    const paid = 'kind, plan_micros, host_id, host_micros';
    expect(insert(paid, "'grant', -5, 'h1', 5")).toThrow('host_side');
    expect(insert(paid, "'earn', 5, 'h1', -5")).toThrow('host_side');
    expect(insert(paid, "'grant', 0, 'h1', 0")).toThrow('host_side');
    expect(insert(paid, "'grant', -5, NULL, 5")).toThrow('host_side');
    expect(insert('kind, host_id, host_micros', "'earn', 'h1', 5")).toThrow('in_balance');
    expect(insert('kind', "'gift'")).toThrow('CHECK');
  });

  test('lets an earn take from revenue alone', () => {
    const earn = 'kind, host_id, host_micros, plan_micros, system_kind, system_micros';
    expect(insert(earn, "'earn', 'h1', 5, -5, NULL, 0")).toThrow('earns_of_revenue_only');
    expect(insert(earn, "'earn', 'h1', 5, 0, 'granted', -5")).toThrow('earns_of_revenue_only');
    expect(insert(`${earn}, previous_seq`, "'earn', 'h1', 5, 0, 'revenue', -5, 1")).toThrow(
      'earns_of_revenue_only',
    );
  });
});
