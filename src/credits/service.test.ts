import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { ManualClock } from '../../tests/support/clock';
import { openTestDatabase, type TestDatabase } from '../../tests/support/database';
import { type RecordingLog, recordingLog } from '../../tests/support/log';
import { openConnection } from '../db/client';
import { AssertionError } from '../lib/assert';
import { Fault } from '../lib/fault';
import { type Credits, createCredits } from './service';
import type { Bucket } from './types';

let file: TestDatabase;
let credits: Credits;
let clock: ManualClock;
let log: RecordingLog;

beforeEach(async () => {
  file = await openTestDatabase();
  clock = new ManualClock();
  log = recordingLog();
  credits = createCredits({ db: file.db, clock, log });
  await file.db.write(async (tx) => {
    await credits.open(tx, 'ann');
    await credits.open(tx, 'bob');
  });
});

afterEach(async () => {
  expect(await credits.check()).toEqual([]);
  await file.close();
});

const grant = (amountMicros: number, bucket: Bucket = 'plan', id = `${bucket} ${amountMicros}`) =>
  file.db.write((tx) =>
    credits.grant(tx, { id, userId: 'ann', bucket, amountMicros, note: 'gift' }),
  );
const hold = (id: string, amountMicros: number, userId = 'ann') =>
  file.db.write((tx) => credits.hold(tx, { id, userId, amountMicros }));
const settle = (id: string, amountMicros: number) =>
  file.db.write((tx) => credits.settle(tx, { id, amountMicros }));
const release = (id: string) => file.db.write((tx) => credits.release(tx, { id }));
const micros = async (userId = 'ann') => {
  const { planMicros, purchasedMicros, heldMicros } = await credits.balance(userId);
  return [planMicros, purchasedMicros, heldMicros];
};
const faultOf = async (promise: Promise<unknown>): Promise<Fault> => {
  const thrown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(thrown).toBeInstanceOf(Fault);
  return thrown as Fault;
};

describe('a grant', () => {
  test('grants once for each id', async () => {
    expect(await grant(5, 'plan', 'a')).toEqual({ granted: true });
    expect(await grant(5, 'plan', 'a')).toEqual({ granted: false });
    expect(await micros()).toEqual([5, 0, 0]);
  });

  test('with other content under a used id is a conflict', async () => {
    await grant(5, 'plan', 'a');
    expect((await faultOf(grant(6, 'plan', 'a'))).code).toBe('conflict');
    expect((await faultOf(grant(5, 'purchased', 'a'))).code).toBe('conflict');
    expect(await micros()).toEqual([5, 0, 0]);
  });

  test('beyond what the ledger can count exactly is refused', async () => {
    await grant(Number.MAX_SAFE_INTEGER);
    const fault = await faultOf(grant(1));
    expect(fault.code).toBe('unprocessable');
    expect(await micros()).toEqual([Number.MAX_SAFE_INTEGER, 0, 0]);
  });

  test('to a user without accounts is a bug of ours', async () => {
    const stray = file.db.write((tx) =>
      credits.grant(tx, { id: 'x', userId: 'eve', bucket: 'plan', amountMicros: 1, note: '' }),
    );
    await expect(stray).rejects.toThrow(AssertionError);
  });
});

describe('a hold', () => {
  test('takes plan first, then purchased', async () => {
    await grant(3, 'plan');
    await grant(10, 'purchased');
    await hold('a', 2);
    expect(await micros()).toEqual([1, 10, 2]);
    await hold('b', 5);
    expect(await micros()).toEqual([0, 6, 7]);
  });

  test('beyond the balance says what is needed, what is there and how to get more', async () => {
    await grant(1_500_000);
    const fault = await faultOf(hold('a', 2_560_000));
    expect(fault.code).toBe('insufficient_credits');
    expect(fault.message).toBe(
      'this needs 2.56 credits and 1.5 are available: an admin can grant more with `sonde credits grant`',
    );
    expect(await micros()).toEqual([1_500_000, 0, 0]);
  });

  test('of a user without accounts finds nothing available', async () => {
    expect((await faultOf(hold('a', 1, 'eve'))).message).toContain('and 0 are available');
    expect((await credits.balance('eve')).availableMicros).toBe(0);
  });

  test('repeated is a no-op, also when nothing is left and after it has ended', async () => {
    await grant(5);
    await hold('a', 5);
    await hold('a', 5);
    expect(await micros()).toEqual([0, 0, 5]);
    await release('a');
    await hold('a', 5);
    expect(await micros()).toEqual([5, 0, 0]);
  });

  test('under a used id, of another amount or for another user, is a conflict', async () => {
    await grant(9);
    await hold('a', 5);
    expect((await faultOf(hold('a', 4))).code).toBe('conflict');
    expect((await faultOf(hold('a', 5, 'bob'))).code).toBe('conflict');
    expect(await micros()).toEqual([4, 0, 5]);
  });

  test('of nothing, of a fraction or beyond exact integers is a bug of ours', async () => {
    for (const amount of [0, -1, 0.5, Number.NaN, Number.MAX_SAFE_INTEGER + 1]) {
      await expect(hold('a', amount)).rejects.toThrow(AssertionError);
    }
  });

  test('is granted to exactly 10 of 200 at once on a balance for 10', async () => {
    await grant(7, 'plan');
    await grant(3, 'purchased');
    const holds = Array.from({ length: 200 }, (_, index) => hold(`job ${index}`, 1));
    const settled = await Promise.allSettled(holds);
    expect(settled.filter((one) => one.status === 'fulfilled')).toHaveLength(10);
    for (const one of settled) {
      if (one.status === 'rejected') expect(one.reason.code).toBe('insufficient_credits');
    }
    expect(await micros()).toEqual([0, 0, 10]);
  });

  test('leaves no trace when its body fails', async () => {
    await grant(5);
    const failing = file.db.write(async (tx) => {
      await credits.hold(tx, { id: 'a', userId: 'ann', amountMicros: 5 });
      expect((await credits.balance('ann', tx)).heldMicros).toBe(5);
      expect((await credits.balance('ann')).heldMicros).toBe(0);
      throw new Error('the job could not be stored');
    });
    await expect(failing).rejects.toThrow('could not be stored');
    expect(await micros()).toEqual([5, 0, 0]);
    expect(await credits.ledger('ann', { limit: 10, offset: 0 })).toHaveLength(1);
    await hold('a', 3);
    expect(await micros()).toEqual([2, 0, 3]);
  });
});

describe('the end of a hold', () => {
  test('returns what is not spent, purchased before plan', async () => {
    await grant(3, 'plan');
    await grant(10, 'purchased');
    await hold('a', 7);
    await hold('b', 6);
    expect(await settle('a', 2)).toBe('settled');
    expect(await micros()).toEqual([1, 4, 6]);
    expect(await settle('b', 5)).toBe('settled');
    expect(await micros()).toEqual([1, 5, 0]);
  });

  test('for nothing gives everything back and still counts as settled', async () => {
    await grant(3, 'plan');
    await grant(4, 'purchased');
    await hold('a', 5);
    expect(await settle('a', 0)).toBe('settled');
    expect(await micros()).toEqual([3, 4, 0]);
    expect(await release('a')).toBe('already_settled');
  });

  test('comes once: whatever follows changes nothing', async () => {
    await grant(9);
    await hold('a', 5);
    await hold('b', 4);
    expect(await settle('a', 5)).toBe('settled');
    expect(await settle('a', 5)).toBe('already_settled');
    expect(await settle('a', 1)).toBe('already_settled');
    expect(await release('a')).toBe('already_settled');
    expect(await release('b')).toBe('released');
    expect(await release('b')).toBe('already_released');
    expect(await micros()).toEqual([4, 0, 0]);
    expect(log.records).toEqual([]);
  });

  test('by a settle after the release is a no-op that is logged', async () => {
    await grant(5);
    await hold('a', 5);
    await release('a');
    expect(await settle('a', 4)).toBe('already_released');
    expect(await micros()).toEqual([5, 0, 0]);
    expect(log.records).toEqual([
      {
        level: 'warn',
        event: 'credits.settled_after_release',
        fields: { hold: 'a', amountMicros: 4 },
      },
    ]);
  });

  test('beyond what is held, or of no hold at all, is a bug of ours', async () => {
    await grant(9);
    await hold('a', 5);
    await expect(settle('a', 6)).rejects.toThrow(AssertionError);
    await expect(settle('a', -1)).rejects.toThrow(AssertionError);
    await expect(settle('none', 1)).rejects.toThrow(AssertionError);
    await expect(release('none')).rejects.toThrow(AssertionError);
    expect(await settle('a', 5)).toBe('settled');
  });
});

describe('the ledger of a user', () => {
  test('is newest first, in pages, even when the clock stands still or steps back', async () => {
    await grant(10);
    await hold('z', 6);
    clock = new ManualClock(0);
    credits = createCredits({ db: file.db, clock, log });
    await settle('z', 2);
    const page = { limit: 2, offset: 0 };
    expect(await credits.ledger('ann', page)).toEqual([
      {
        transferId: 'settle/z',
        kind: 'settle',
        note: null,
        planMicros: 4,
        purchasedMicros: 0,
        heldMicros: -6,
        createdMs: 0,
      },
      {
        transferId: 'hold/z',
        kind: 'hold',
        note: null,
        planMicros: -6,
        purchasedMicros: 0,
        heldMicros: 6,
        createdMs: new ManualClock().nowMs(),
      },
    ]);
    const rest = await credits.ledger('ann', { limit: 2, offset: 2 });
    expect(rest.map((line) => [line.kind, line.note])).toEqual([['grant', 'gift']]);
    expect(await credits.ledger('bob', page)).toEqual([]);
  });
});

describe('the file itself', () => {
  let raw: Database;
  beforeEach(async () => {
    await grant(10);
    await hold('a', 5);
    await hold('b', 2);
    await settle('b', 1);
    raw = new Database(file.path, { readwrite: true });
    raw.exec('PRAGMA foreign_keys = ON');
  });
  afterEach(() => raw.close());

  test('refuses to change or delete a transfer or an entry', () => {
    for (const statement of [
      'UPDATE transfer SET plan_micros = -1, held_micros = 1 WHERE kind = "hold"',
      'UPDATE transfer SET note = "mended"',
      'DELETE FROM transfer',
    ]) {
      expect(() => raw.exec(statement.replaceAll('"', "'"))).toThrow('append only');
    }
    expect(() => raw.exec('UPDATE entry SET amount_micros = 0')).toThrow('it is a view');
    expect(() => raw.exec('DELETE FROM entry')).toThrow('it is a view');
  });

  test('refuses INSERT OR REPLACE of a transfer on the connection that writes', () => {
    const writer = openConnection(file.path, 'writer');
    const replace = `INSERT OR REPLACE INTO transfer
      (id, kind, user_id, plan_micros, held_micros, created_ms)
      VALUES ('hold/a', 'hold', 'ann', -1, 1, 0)`;
    expect(() => writer.exec(replace)).toThrow('append only');
    writer.close();
  });

  test('refuses a transfer that is out of balance, ends a hold twice, or has no account', () => {
    const insert = (columns: string, values: string) => () =>
      raw.exec(`INSERT INTO transfer (created_ms, id, ${columns}) VALUES (0, 'x', ${values})`);
    expect(insert('kind, user_id, plan_micros', "'grant', 'ann', 5")).toThrow('in_balance');
    expect(insert('kind, user_id, plan_micros, system_micros', "'grant', 'ann', 5, -5")).toThrow(
      'system_side',
    );
    const ended = "(SELECT seq FROM transfer WHERE id = 'hold/b')";
    expect(
      insert('kind, user_id, ends, held_micros, plan_micros', `'release', 'ann', ${ended}, -2, 2`),
    ).toThrow('UNIQUE');
    expect(
      insert(
        'kind, user_id, plan_micros, system_kind, system_micros',
        "'grant', 'eve', 5, 'granted', -5",
      ),
    ).toThrow('FOREIGN KEY');
    expect(insert('kind, user_id, plan_micros, held_micros', "'hold', 'ann', -9, 9")).toThrow(
      'plan_micros BETWEEN 0',
    );
  });

  test('reads as entries that sum to zero in every transfer', () => {
    const rows = raw
      .query('SELECT owner, kind, amount_micros AS micros FROM entry WHERE transfer_id = ?')
      .all('settle/b');
    expect(rows).toEqual([
      { owner: 'ann', kind: 'plan', micros: 1 },
      { owner: 'ann', kind: 'held', micros: -2 },
      { owner: 'system', kind: 'revenue', micros: 1 },
    ]);
  });
});
