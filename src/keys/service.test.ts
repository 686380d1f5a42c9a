import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { ManualClock } from '../../tests/support/clock';
import { openTestDatabase, type TestDatabase } from '../../tests/support/database';
import { silentLog } from '../../tests/support/log';
import { systemChance } from '../lib/ids';
import { createKeys, type Keys } from './service';
import type { NewKey } from './types';

const MINUTE_MS = 60_000;

let file: TestDatabase;
let keys: Keys;
let clock: ManualClock;
let raw: Database;
const userId = 'ana';

beforeEach(async () => {
  file = await openTestDatabase();
  raw = new Database(file.path, { readwrite: true });
  addUser('ana', 'active');
  clock = new ManualClock(1_000_000);
  keys = createKeys({ db: file.db, clock, chance: systemChance, log: silentLog });
});
afterEach(async () => {
  raw.close();
  await file.close();
});

function addUser(id: string, status: string): void {
  raw
    .query(`INSERT INTO user (id, email, role, status, created_ms) VALUES (?, ?, 'member', ?, 0)`)
    .run(id, `${id}@example.com`, status);
}
const create = (input: Partial<NewKey> = {}) => keys.create({ userId, name: 'agent', ...input });
const from = (clientAddress: string | null) => ({ clientAddress });

describe('API keys', () => {
  test('a key is known by its plaintext, which is not stored', async () => {
    const { plaintext, prefix } = await create();
    expect(plaintext).toMatch(/^inf_live_[0-9a-f]{40}$/);
    expect(plaintext.startsWith(prefix)).toBe(true);
    expect(await keys.authenticate(plaintext)).toMatchObject({ userId, status: 'active' });
    const stored = await Bun.file(file.path).bytes();
    expect(Buffer.from(stored).includes(plaintext)).toBe(false);
  });

  test('a revoked key has no holder, and revoking it again is no fault', async () => {
    const { id, plaintext } = await create();
    expect(await keys.revoke(id)).toEqual({ revoked: true });
    expect(await keys.revoke(id)).toEqual({ revoked: false });
    expect(await keys.authenticate(plaintext)).toBeUndefined();
    expect(await keys.live(userId)).toEqual([]);
  });

  test('what is no key has no holder', async () => {
    for (const text of ['', 'inf_live_', `inf_live_${'0'.repeat(40)}`, "' OR 1=1 --"]) {
      expect(await keys.authenticate(text)).toBeUndefined();
    }
  });

  test('an unknown id is refused by name', async () => {
    expect(keys.revoke('nope')).rejects.toThrow('no key has the id nope');
  });

  test('a blank name is refused', async () => {
    expect(create({ name: '  ' })).rejects.toThrow('name must have');
  });

  test('the last use is written once a minute, however often the key is used', async () => {
    const { plaintext } = await create();
    const lastUse = async () => {
      for (let use = 0; use < 20; use++) await keys.authenticate(plaintext);
      await file.db.write(async () => {});
      return (await keys.list(userId))[0]?.lastUsedMs;
    };
    expect(await lastUse()).toBe(1_000_000);
    clock.advance(MINUTE_MS / 2);
    expect(await lastUse()).toBe(1_000_000);
    clock.advance(MINUTE_MS);
    expect(await lastUse()).toBe(1_000_000 + MINUTE_MS * 1.5);
  });
});

describe('who may make keys', () => {
  test.each(['pending', 'suspended'])('a %s account may not', async (status) => {
    addUser('bo', status);
    expect(create({ userId: 'bo' })).rejects.toMatchObject({ code: 'forbidden' });
    await file.db.write(async () => {});
    expect(await keys.list('bo')).toEqual([]);
  });

  test('an account that was suspended since may not reset one either', async () => {
    const { id, plaintext } = await create();
    raw.exec(`UPDATE user SET status = 'pending'`);
    expect(keys.reset(id, userId)).rejects.toMatchObject({ code: 'forbidden' });
    expect(await keys.authenticate(plaintext)).toMatchObject({ keyId: id });
  });
});

describe('a reset', () => {
  test('gives a new plaintext under the same id, and the old one is dead at once', async () => {
    const old = await create({ name: 'kept', spendCapCredits: 7, ipAllowlist: ['10.0.0.0/8'] });
    const fresh = await keys.reset(old.id, userId);
    expect(fresh.plaintext).not.toBe(old.plaintext);
    expect(fresh).toMatchObject({ id: old.id, name: 'kept', spendCapMicros: 7_000_000 });
    expect(await keys.authenticate(old.plaintext, from('10.1.1.1'))).toBeUndefined();
    expect(await keys.authenticate(fresh.plaintext, from('10.1.1.1'))).toMatchObject({
      keyId: old.id,
    });
    expect(keys.authenticate(fresh.plaintext, from('11.1.1.1'))).rejects.toThrow('11.1.1.1');
  });

  test('of a revoked key, an expired one or another user’s is refused', async () => {
    const gone = await create();
    await keys.revoke(gone.id);
    expect(keys.reset(gone.id, userId)).rejects.toMatchObject({ code: 'not_found' });
    const expiring = await create({ expiresMs: clock.nowMs() + 1 });
    clock.advance(1);
    expect(keys.reset(expiring.id, userId)).rejects.toMatchObject({ code: 'conflict' });
    addUser('bo', 'active');
    const other = await create({ userId: 'bo' });
    expect(keys.reset(other.id, userId)).rejects.toMatchObject({ code: 'not_found' });
    expect(keys.revoke(other.id, userId)).rejects.toMatchObject({ code: 'not_found' });
    expect(await keys.authenticate(other.plaintext)).toMatchObject({ userId: 'bo' });
  });
});

describe('what a key is bound to', () => {
  test('an expired key has no holder, from that very millisecond on', async () => {
    const { plaintext } = await create({ expiresMs: clock.nowMs() + 10 });
    clock.advance(9);
    expect(await keys.authenticate(plaintext)).toMatchObject({ userId });
    clock.advance(1);
    expect(await keys.authenticate(plaintext)).toBeUndefined();
  });

  test('a key cannot expire before it begins', async () => {
    expect(create({ expiresMs: clock.nowMs() })).rejects.toMatchObject({ field: 'expires_at' });
  });

  test('a key with an allowlist is refused from elsewhere, and that is no use of it', async () => {
    const { plaintext } = await create({ ipAllowlist: ['203.0.113.0/24'] });
    for (const address of ['198.51.100.1', null]) {
      expect(keys.authenticate(plaintext, from(address))).rejects.toMatchObject({
        code: 'forbidden',
      });
    }
    expect(keys.authenticate(plaintext)).rejects.toMatchObject({ code: 'forbidden' });
    await file.db.write(async () => {});
    expect((await keys.live(userId))[0]?.lastUsedMs).toBeNull();
    expect(await keys.authenticate(plaintext, from('203.0.113.5'))).toMatchObject({ userId });
  });

  test.each([0, -1, 1.5, Number.NaN, 1_000_000_001])('a cap of %p credits is refused', (cap) => {
    expect(create({ spendCapCredits: cap })).rejects.toMatchObject({ field: 'spend_cap_credits' });
  });
});
