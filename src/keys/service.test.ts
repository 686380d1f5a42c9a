import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { ManualClock } from '../../tests/support/clock';
import { openTestDatabase, type TestDatabase } from '../../tests/support/database';
import { silentLog } from '../../tests/support/log';
import { createAccounts } from '../accounts/service';
import { createCredits } from '../credits/service';
import { systemChance } from '../lib/ids';
import { createKeys, type Keys } from './service';

const MINUTE_MS = 60_000;

let file: TestDatabase;
let keys: Keys;
let clock: ManualClock;
let userId: string;

beforeEach(async () => {
  file = await openTestDatabase();
  clock = new ManualClock(1_000_000);
  const ports = { db: file.db, clock, chance: systemChance, log: silentLog };
  keys = createKeys(ports);
  const accounts = createAccounts({ ...ports, credits: createCredits(ports) });
  userId = (await accounts.create({ email: 'ana@example.com', password: null, role: 'member' })).id;
});
afterEach(() => file.close());

describe('API keys', () => {
  test('a key is known by its plaintext, which is not stored', async () => {
    const { plaintext, prefix } = await keys.create({ userId, name: 'agent' });
    expect(plaintext).toMatch(/^inf_live_[0-9a-f]{40}$/);
    expect(plaintext.startsWith(prefix)).toBe(true);
    expect(await keys.authenticate(plaintext)).toMatchObject({ userId, status: 'active' });
    const stored = await Bun.file(file.path).bytes();
    expect(Buffer.from(stored).includes(plaintext)).toBe(false);
  });

  test('a revoked key has no holder, and revoking it again is no fault', async () => {
    const { id, plaintext } = await keys.create({ userId, name: 'agent' });
    expect(await keys.revoke(id)).toEqual({ revoked: true });
    expect(await keys.revoke(id)).toEqual({ revoked: false });
    expect(await keys.authenticate(plaintext)).toBeUndefined();
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
    expect(keys.create({ userId, name: '  ' })).rejects.toThrow('name must have');
  });

  test('the last use is written once a minute, however often the key is used', async () => {
    const { plaintext } = await keys.create({ userId, name: 'agent' });
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
