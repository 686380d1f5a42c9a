import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { ManualClock } from '../../tests/support/clock';
import { openTestDatabase, type TestDatabase } from '../../tests/support/database';
import { silentLog } from '../../tests/support/log';
import { systemChance } from '../lib/ids';
import { creditsToMicros } from '../lib/money';
import { createKeys, type Keys } from './service';

let file: TestDatabase;
let keys: Keys;
let clock: ManualClock;
let keyId: string;

beforeEach(async () => {
  file = await openTestDatabase();
  const raw = new Database(file.path, { readwrite: true });
  raw.exec(`INSERT INTO user (id, email, role, status, created_ms)
    VALUES ('ana', 'ana@example.com', 'member', 'active', 0)`);
  raw.close();
  clock = new ManualClock(Date.UTC(2026, 0, 31, 23));
  keys = createKeys({ db: file.db, clock, chance: systemChance, log: silentLog });
  keyId = (await keys.create({ userId: 'ana', name: 'capped', spendCapCredits: 10 })).id;
});
afterEach(() => file.close());

/** As research does when it accepts a job. */
const accept = (credits: number) =>
  file.db.write((tx) => {
    const amountMicros = creditsToMicros(credits);
    return keys.reserveSpend(tx, { keyId, atMs: clock.nowMs(), amountMicros });
  });
const giveBack = (credits: number, atMs = clock.nowMs()) =>
  file.db.write((tx) =>
    keys.returnSpend(tx, { keyId, atMs, amountMicros: creditsToMicros(credits) }),
  );

test('a key spends up to its cap and not a millionth more', async () => {
  await accept(4);
  await accept(6);
  expect(accept(0.000001)).rejects.toMatchObject({ code: 'insufficient_credits' });
});

test('what is needed, spent and allowed is said', async () => {
  await accept(8);
  expect(accept(2.5)).rejects.toThrow(
    'this key may spend 10 credits a month, 8 are spent or held and this needs 2.5',
  );
});

test('of 50 jobs at once, as many are accepted as the cap has room for', async () => {
  const settled = await Promise.allSettled(Array.from({ length: 50 }, () => accept(3)));
  expect(settled.filter((one) => one.status === 'fulfilled')).toHaveLength(3);
});

test('what a job did not cost may be spent again', async () => {
  await accept(10);
  await giveBack(3);
  await accept(3);
  expect(accept(1)).rejects.toMatchObject({ code: 'insufficient_credits' });
});

test('each month has its own cap, and a job gives back to the month it was accepted in', async () => {
  await accept(10);
  const acceptedMs = clock.nowMs();
  clock.advance(3_600_000);
  await accept(10);
  await giveBack(10, acceptedMs);
  expect(accept(1)).rejects.toMatchObject({ code: 'insufficient_credits' });
});

test('one job that needs more than the whole cap is refused, first of the month or not', async () => {
  expect(accept(10.5)).rejects.toMatchObject({ code: 'insufficient_credits' });
  await accept(1);
  expect(accept(10.5)).rejects.toMatchObject({ code: 'insufficient_credits' });
});

test('a key says whether it has a cap', async () => {
  const { plaintext } = await keys.create({ userId: 'ana', name: 'free' });
  expect(await keys.authenticate(plaintext)).toMatchObject({ hasSpendCap: false });
  const capped = await keys.create({ userId: 'ana', name: 'capped', spendCapCredits: 1 });
  expect(await keys.authenticate(capped.plaintext)).toMatchObject({ hasSpendCap: true });
});
