import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { ManualClock } from '../../tests/support/clock';
import { openTestDatabase, type TestDatabase } from '../../tests/support/database';
import { silentLog } from '../../tests/support/log';
import { type Credits, createCredits } from './service';

let file: TestDatabase;
let credits: Credits;

beforeEach(async () => {
  file = await openTestDatabase();
  credits = createCredits({ db: file.db, clock: new ManualClock(), log: silentLog });
  await file.db.write(async (tx) => {
    await credits.open(tx, 'ann');
    const grant = { id: 'g', userId: 'ann', bucket: 'plan', amountMicros: 9, note: '' } as const;
    await credits.grant(tx, grant);
    await credits.hold(tx, { id: 'a', userId: 'ann', amountMicros: 4 });
    await credits.hold(tx, { id: 'b', userId: 'ann', amountMicros: 2 });
    await credits.settle(tx, { id: 'b', amountMicros: 1 });
  });
});

afterEach(() => file.close());

/** As somebody with a SQLite shell and no respect would. */
function tamper(sql: string): void {
  const raw = new Database(file.path, { readwrite: true });
  raw.exec(`PRAGMA ignore_check_constraints = ON; DROP TRIGGER IF EXISTS transfer_no_update;
    DROP TRIGGER IF EXISTS transfer_no_delete; ${sql}`);
  raw.close();
}

test('a ledger that nobody touched has no discrepancy', async () => {
  expect(await credits.check()).toEqual([]);
});

test('a balance that was moved without a transfer is found, and so is the total', async () => {
  tamper('UPDATE account SET plan_micros = 7');
  expect(await credits.check()).toEqual([
    { what: 'balance', id: 'ann/plan', expectedMicros: 4, actualMicros: 7 },
    { what: 'total', id: 'all accounts', expectedMicros: 0, actualMicros: 3 },
  ]);
});

test('a transfer that was changed is found', async () => {
  tamper("UPDATE transfer SET plan_micros = 19 WHERE id = 'grant/g'");
  expect(await credits.check()).toEqual([
    { what: 'balance', id: 'ann/plan', expectedMicros: 14, actualMicros: 4 },
    { what: 'transfer', id: 'grant/g', expectedMicros: 0, actualMicros: 10 },
  ]);
});

test('an end of a hold that was deleted is found', async () => {
  tamper("DELETE FROM transfer WHERE id = 'settle/b'");
  expect(await credits.check()).toEqual([
    { what: 'balance', id: 'ann/held', expectedMicros: 6, actualMicros: 4 },
    { what: 'balance', id: 'ann/plan', expectedMicros: 3, actualMicros: 4 },
    { what: 'balance', id: 'system/revenue', expectedMicros: 0, actualMicros: 1 },
    { what: 'held', id: 'ann', expectedMicros: 6, actualMicros: 4 },
  ]);
});

describe('with hosts that earned', () => {
  beforeEach(async () => {
    const earnings = [
      { hostId: 'h1', amountMicros: 2 },
      { hostId: 'h/2', amountMicros: 1 },
    ];
    await file.db.write((tx) => credits.settle(tx, { id: 'a', amountMicros: 4, earnings }));
  });

  test('a ledger that nobody touched has no discrepancy', async () => {
    expect(await credits.check()).toEqual([]);
  });

  test("a host's account that was moved without a transfer is found, and so is the total", async () => {
    tamper("UPDATE host_account SET earned_micros = 8 WHERE host_id = 'h1'");
    expect(await credits.check()).toEqual([
      { what: 'balance', id: 'h1/earnings', expectedMicros: 2, actualMicros: 8 },
      { what: 'total', id: 'all accounts', expectedMicros: 0, actualMicros: 6 },
    ]);
  });

  test('a host account that was deleted is found', async () => {
    tamper("DELETE FROM host_account WHERE host_id = 'h/2'");
    expect(await credits.check()).toMatchObject([
      { what: 'balance', id: 'h/2/earnings', expectedMicros: 1, actualMicros: 0 },
      { what: 'total', actualMicros: -1 },
    ]);
  });

  test('hosts that were paid more than the job left are found, balanced as the books may be', async () => {
    const earn = (hold: string, micros: number) => `
      INSERT INTO transfer (id, kind, user_id, system_kind, system_micros, host_id, host_micros,
        created_ms)
      VALUES ('earn/${hold}/me', 'earn', 'ann', 'revenue', -${micros}, 'me', ${micros}, 0);`;
    tamper(earn('a', 1));
    expect(await credits.check()).toEqual([]);
    tamper(`${earn('b', 5)} ${earn('none', 1)}`);
    expect(await credits.check()).toEqual([
      { what: 'earned', id: 'settle/b', expectedMicros: 1, actualMicros: 5 },
      { what: 'earned', id: 'settle/none', expectedMicros: 0, actualMicros: 1 },
    ]);
  });
});
