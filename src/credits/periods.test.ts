import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { ManualClock } from '../../tests/support/clock';
import { openTestDatabase, type TestDatabase } from '../../tests/support/database';
import { silentLog } from '../../tests/support/log';
import { DAY_MS } from '../lib/calendar';
import { creditsToMicros } from '../lib/money';
import { createPlanPeriodHandler } from './jobs';
import { type Credits, createCredits } from './service';

const GRANT = creditsToMicros(500);
const FEBRUARY_MS = Date.UTC(2026, 1, 1);

let file: TestDatabase;
let clock: ManualClock;
let credits: Credits;

beforeEach(async () => {
  file = await openTestDatabase();
  clock = new ManualClock(FEBRUARY_MS - DAY_MS);
  credits = createCredits({ db: file.db, clock, log: silentLog });
});
afterEach(async () => {
  expect(await credits.check()).toEqual([]);
  await file.close();
});

const join = (userId: string) =>
  file.db.write(async (tx) => {
    await credits.open(tx, userId);
    await credits.openPeriod(tx, userId);
  });
const turn = () => credits.turnPeriods(new AbortController().signal);
const micros = async (userId: string) => {
  const { planMicros, purchasedMicros, heldMicros } = await credits.balance(userId);
  return [planMicros, purchasedMicros, heldMicros];
};
const hold = (id: string, amountMicros: number) =>
  file.db.write((tx) => credits.hold(tx, { id, userId: 'ann', amountMicros }));
const kinds = async () =>
  (await credits.ledger('ann', { limit: 10, offset: 0 })).map((line) => line.kind);

describe('a new user', () => {
  test('has the month’s plan credits at once, and once', async () => {
    await join('ann');
    await join('ann');
    expect(await micros('ann')).toEqual([GRANT, 0, 0]);
    expect(await credits.ledger('ann', { limit: 10, offset: 0 })).toMatchObject([
      { transferId: `grant/plan/ann/2026-01`, kind: 'grant', planMicros: GRANT },
    ]);
    expect(await turn()).toEqual({ turned: 0 });
  });
});

describe('the turn of a month', () => {
  test('expires what is left of plan, grants anew and leaves what was bought', async () => {
    await join('ann');
    const bought = { id: 'b', userId: 'ann', bucket: 'purchased', note: '' } as const;
    await file.db.write((tx) => credits.grant(tx, { ...bought, amountMicros: 7 }));
    await hold('a', 10);
    await file.db.write((tx) => credits.settle(tx, { id: 'a', amountMicros: 10 }));
    clock.advance(DAY_MS);
    expect(await turn()).toEqual({ turned: 1 });
    expect(await micros('ann')).toEqual([GRANT, 7, 0]);
    const [granted, expired] = await credits.ledger('ann', { limit: 2, offset: 0 });
    expect(granted).toMatchObject({ transferId: 'grant/plan/ann/2026-02', planMicros: GRANT });
    expect(expired).toMatchObject({ kind: 'expire', planMicros: 10 - GRANT, purchasedMicros: 0 });
    expect(expired?.transferId).toBe('expire/ann/2026-01');
  });

  test('happens once, however often and from however many places it is asked for', async () => {
    await join('ann');
    clock.advance(DAY_MS);
    const other = createCredits({ db: file.db, clock, log: silentLog });
    const signal = new AbortController().signal;
    const turns = await Promise.all([turn(), other.turnPeriods(signal), turn(), join('ann')]);
    expect(turns.reduce((sum, one) => sum + (one?.turned ?? 0), 0)).toBeLessThanOrEqual(1);
    expect(await turn()).toEqual({ turned: 0 });
    expect(await kinds()).toEqual(['grant', 'expire', 'grant']);
  });

  test('does not come with a clock that steps back', async () => {
    await join('ann');
    clock.advance(DAY_MS);
    await turn();
    const earlier = new ManualClock(FEBRUARY_MS - DAY_MS);
    credits = createCredits({ db: file.db, clock: earlier, log: silentLog });
    expect(await turn()).toEqual({ turned: 0 });
    expect(await micros('ann')).toEqual([GRANT, 0, 0]);
  });

  test('that was missed for months grants one month', async () => {
    await join('ann');
    clock.advance(100 * DAY_MS);
    expect(await turn()).toEqual({ turned: 1 });
    expect(await micros('ann')).toEqual([GRANT, 0, 0]);
    expect(await kinds()).toEqual(['grant', 'expire', 'grant']);
  });

  test('with nothing left of plan expires nothing', async () => {
    await join('ann');
    await hold('a', GRANT);
    clock.advance(DAY_MS);
    await turn();
    expect(await kinds()).toEqual(['grant', 'hold', 'grant']);
    expect(await micros('ann')).toEqual([GRANT, 0, GRANT]);
  });

  test('lets held plan credits that come back later expire with the next month', async () => {
    await join('ann');
    await hold('a', 100);
    clock.advance(DAY_MS);
    await turn();
    await file.db.write((tx) => credits.release(tx, { id: 'a' }));
    expect(await micros('ann')).toEqual([GRANT + 100, 0, 0]);
    clock.advance(28 * DAY_MS);
    await turn();
    expect(await micros('ann')).toEqual([GRANT, 0, 0]);
    const expired = await credits.ledger('ann', { limit: 2, offset: 0 });
    expect(expired[1]).toMatchObject({ kind: 'expire', planMicros: -(GRANT + 100) });
  });

  test('spares plan credits of users who were never in a period', async () => {
    await file.db.write(async (tx) => {
      await credits.open(tx, 'ann');
      const gift = { id: 'g', userId: 'ann', bucket: 'plan', amountMicros: 9, note: '' } as const;
      await credits.grant(tx, gift);
    });
    expect(await turn()).toEqual({ turned: 1 });
    expect(await micros('ann')).toEqual([GRANT + 9, 0, 0]);
  });

  test('takes many users in batches, and goes on where it was stopped', async () => {
    const userIds = Array.from({ length: 450 }, (_, index) => `user ${index}`);
    await Promise.all(userIds.map(join));
    clock.advance(DAY_MS);
    const stopping = new AbortController();
    const write = file.db.write.bind(file.db);
    let writes = 0;
    const db = {
      ...file.db,
      write: ((body) => {
        writes += 1;
        if (writes === 2) stopping.abort();
        return write(body);
      }) as typeof file.db.write,
    };
    const stopped = createCredits({ db, clock, log: silentLog });
    expect(await stopped.turnPeriods(stopping.signal)).toEqual({ turned: 400 });
    expect(writes).toBe(2);
    expect(await turn()).toEqual({ turned: 50 });
    for (const userId of userIds) expect(await micros(userId)).toEqual([GRANT, 0, 0]);
  });

  test('is what the job of the timetable does', async () => {
    await join('ann');
    clock.advance(DAY_MS);
    const handler = createPlanPeriodHandler({ credits, log: silentLog });
    const { signal } = new AbortController();
    expect(await handler.perform({ signal } as never)).toEqual({ outcome: 'done' });
    expect(await kinds()).toEqual(['grant', 'expire', 'grant']);
  });
});
