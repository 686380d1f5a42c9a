import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, expect, test } from 'bun:test';
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
  raw.exec(`PRAGMA ignore_check_constraints = ON; DROP TRIGGER transfer_no_update;
    DROP TRIGGER transfer_no_delete; ${sql}`);
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
