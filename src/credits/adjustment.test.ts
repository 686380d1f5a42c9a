import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { ManualClock } from '../../tests/support/clock';
import { openTestDatabase, type TestDatabase } from '../../tests/support/database';
import { silentLog } from '../../tests/support/log';
import { Fault } from '../lib/fault';
import { type Adjustments, createAdjustments } from './adjustment';
import { type Credits, createCredits } from './service';
import { createStatements, type Statements } from './statement';

const SHRINKING_MS = 60_000;

let file: TestDatabase;
let credits: Credits;
let adjustments: Adjustments;
let statements: Statements;
let users = 0;

beforeAll(async () => {
  file = await openTestDatabase();
  const ports = { db: file.db, clock: new ManualClock(), log: silentLog };
  credits = createCredits(ports);
  adjustments = createAdjustments(ports);
  statements = createStatements(ports);
});
afterAll(() => file.close());

async function newUser(plan = 0, purchased = 0): Promise<string> {
  users += 1;
  const userId = `user ${users}`;
  await file.db.write(async (tx) => {
    await credits.open(tx, userId);
    for (const [bucket, amountMicros] of Object.entries({ plan, purchased })) {
      if (amountMicros === 0) continue;
      const id = `${userId} ${bucket}`;
      const grant = { id, userId, amountMicros, note: 'opening' };
      await credits.grant(tx, { ...grant, bucket: bucket as 'plan' | 'purchased' });
    }
  });
  return userId;
}

const adjust = (id: string, userId: string, deltaMicros: number, note = 'because') =>
  file.db.write((tx) => adjustments.adjust(tx, { id, userId, deltaMicros, note }));

const refund = (jobId: string, amountMicros: number, note = 'because') =>
  file.db.write((tx) => adjustments.refund(tx, { jobId, amountMicros, note }));

async function chargedJob(jobId: string, userId: string, held: number, charged: number) {
  await file.db.write((tx) => credits.hold(tx, { id: jobId, userId, amountMicros: held }));
  await file.db.write((tx) => credits.settle(tx, { id: jobId, amountMicros: charged }));
}

const codeOf = (reason: unknown) => {
  if (!(reason instanceof Fault)) throw reason;
  return `${reason.code} ${reason.field}`;
};

describe('an adjustment', () => {
  test('that takes more than there is takes nothing', async () => {
    const userId = await newUser(3, 4);
    await expect(adjust(`${userId} a`, userId, -8)).rejects.toMatchObject({
      code: 'invalid_request',
      field: 'delta_credits',
    });
    expect(await credits.balance(userId)).toMatchObject({ planMicros: 3, purchasedMicros: 4 });
    expect(await adjust(`${userId} b`, userId, -7)).toMatchObject({ availableMicros: 0 });
  });

  test('never takes what is held for a running job', async () => {
    const userId = await newUser(0, 10);
    const hold = { id: `${userId} job`, userId, amountMicros: 6 };
    await file.db.write((tx) => credits.hold(tx, hold));
    await expect(adjust(`${userId} a`, userId, -5)).rejects.toThrow('more than');
    expect(await adjust(`${userId} b`, userId, -4)).toMatchObject({ availableMicros: 0 });
  });

  test('repeated answers what it answered first, whatever came between', async () => {
    const userId = await newUser(0, 10);
    const first = await adjust(`${userId} a`, userId, 5);
    expect(first).toEqual({ adjusted: true, availableMicros: 15 });
    await adjust(`${userId} b`, userId, -12);
    expect(await adjust(`${userId} a`, userId, 5)).toEqual({ ...first, adjusted: false });
    expect(await credits.balance(userId)).toMatchObject({ availableMicros: 3 });
  });

  test('whose id did something else is a conflict, by amount, note and user', async () => {
    const userId = await newUser(0, 10);
    const other = await newUser(0, 10);
    const id = `${userId} a`;
    await adjust(id, userId, 5);
    for (const wrong of [
      adjust(id, userId, 6),
      adjust(id, userId, -50),
      adjust(id, userId, 5, 'another note'),
      adjust(id, other, 5),
    ]) {
      expect(await wrong.catch(codeOf)).toBe('conflict idempotency_key');
    }
    expect(await credits.balance(other)).toMatchObject({ availableMicros: 10 });
  });

  test('needs a delta, a note and a usable id', async () => {
    const userId = await newUser(0, 10);
    expect(await adjust('x', userId, 0).catch(codeOf)).toBe('invalid_request delta_credits');
    expect(await adjust('x', userId, 1, ' ').catch(codeOf)).toBe('invalid_request note');
    expect(await adjust('', userId, 1).catch(codeOf)).toBe('invalid_request idempotency_key');
    const tooMuch = adjust('x', userId, Number.MAX_SAFE_INTEGER);
    expect(await tooMuch.catch(codeOf)).toBe('invalid_request delta_credits');
  });

  test(
    'sequence leaves the balance that sums say, never below zero, and its opposite undoes it',
    async () => {
      const amounts = fc.array(
        fc.integer({ min: -20, max: 20 }).filter((n) => n !== 0),
        { maxLength: 12 },
      );
      await fc.assert(
        fc.asyncProperty(
          fc.nat({ max: 15 }),
          fc.nat({ max: 15 }),
          amounts,
          async (plan, purchased, deltas) => {
            const userId = await newUser(plan, purchased);
            let available = plan + purchased;
            for (const [index, delta] of deltas.entries()) {
              const before = await credits.balance(userId);
              const outcome = await adjust(`${userId} ${index}`, userId, delta).catch(codeOf);
              const isPossible = available + delta >= 0;
              if (isPossible) available += delta;
              expect(outcome).toEqual(
                isPossible
                  ? { adjusted: true, availableMicros: available }
                  : 'invalid_request delta_credits',
              );
              if (isPossible && delta > 0) {
                await adjust(`${userId} ${index} back`, userId, -delta);
                expect(await credits.balance(userId)).toEqual(before);
                await adjust(`${userId} ${index} again`, userId, delta);
              }
              expect((await credits.balance(userId)).availableMicros).toBe(available);
            }
            expect(await credits.check()).toEqual([]);
          },
        ),
        { numRuns: 30 },
      );
    },
    SHRINKING_MS,
  );
});

describe('a refund', () => {
  test('happens once for each job', async () => {
    const userId = await newUser(0, 100);
    const job = `${userId} job`;
    await chargedJob(job, userId, 60, 50);
    expect(await refund(job, 20)).toEqual({ availableMicros: 70 });
    for (const amount of [20, 1, 30]) {
      await expect(refund(job, amount)).rejects.toThrow('refunded before');
    }
    expect(await credits.balance(userId)).toMatchObject({ availableMicros: 70 });
  });

  test('of a job that was released, still runs, or never was, is refused', async () => {
    const userId = await newUser(0, 100);
    const [released, running] = [`${userId} released`, `${userId} running`];
    for (const id of [released, running])
      await file.db.write((tx) => credits.hold(tx, { id, userId, amountMicros: 10 }));
    await file.db.write((tx) => credits.release(tx, { id: released }));
    for (const job of [released, running, 'no job'])
      expect(await refund(job, 1).catch(codeOf)).toBe('invalid_request credits');
  });

  test(
    'never gives more than the job was charged, and comes out of revenue',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 50 }),
          fc.nat({ max: 50 }),
          fc.integer({ min: 1, max: 60 }),
          async (held, wanted, amount) => {
            const charged = Math.min(held, wanted);
            const userId = await newUser(20, 50);
            const job = `${userId} job`;
            await chargedJob(job, userId, held, charged);
            const before = (await credits.balance(userId)).availableMicros;
            const outstanding = await statements.outstandingMicros();
            const given = amount <= charged ? amount : 0;
            const outcome = await refund(job, amount).catch(codeOf);
            expect(outcome).toEqual(
              given > 0 ? { availableMicros: before + given } : 'invalid_request credits',
            );
            expect((await credits.balance(userId)).availableMicros).toBe(before + given);
            expect(await statements.outstandingMicros()).toBe(outstanding + given);
            expect(await credits.check()).toEqual([]);
          },
        ),
        { numRuns: 40 },
      );
    },
    SHRINKING_MS,
  );
});

describe('a statement', () => {
  test('has the same running balance on every page', async () => {
    const userId = await newUser(5, 20);
    await chargedJob(`${userId} job`, userId, 12, 7);
    await adjust(`${userId} a`, userId, -4);
    await refund(`${userId} job`, 2);
    const all = await statements.ofUser(userId, { limit: 100, offset: 0 });
    expect(all.map((row) => [row.transferId.split('/')[0], row.deltaMicros])).toEqual([
      ['refund', 2],
      ['adjust', -4],
      ['settle', 5],
      ['hold', -12],
      ['grant', 20],
      ['grant', 5],
    ]);
    expect(all.map((row) => row.availableMicros)).toEqual([16, 14, 18, 13, 25, 5]);
    for (const limit of [1, 2, 4]) {
      for (const offset of [0, 1, 3, 5, 9]) {
        const page = await statements.ofUser(userId, { limit, offset });
        expect(page).toEqual(all.slice(offset, offset + limit));
      }
    }
  });
});
