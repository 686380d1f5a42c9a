import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrations } from '../../migrations/index';
import { ManualClock } from '../../tests/support/clock';
import { silentLog } from '../../tests/support/log';
import { openDatabase } from '../db/database';
import { migrate } from '../db/migrate';
import { createCredits } from './service';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sonde-test-'));
  path = join(folder, 'sonde.db');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const lines = (raw: Database) => raw.query('SELECT * FROM transfer ORDER BY seq').all();

test('a ledger from before plan periods keeps every line, and its rules, through the rebuild', async () => {
  const before = migrations.findIndex(({ name }) => name === '0009_plans');
  migrate(path, migrations.slice(0, before));
  const old = new Database(path, { readwrite: true });
  old.exec(`
    INSERT INTO account (user_id) VALUES ('ann');
    INSERT INTO transfer (id, kind, user_id, plan_micros, system_kind, system_micros, created_ms)
      VALUES ('grant/g', 'grant', 'ann', 9, 'granted', -9, 1);
    INSERT INTO transfer (id, kind, user_id, plan_micros, held_micros, created_ms)
      VALUES ('hold/a', 'hold', 'ann', -4, 4, 2), ('hold/b', 'hold', 'ann', -3, 3, 3);
    INSERT INTO transfer (id, kind, user_id, ends, plan_micros, held_micros, system_kind,
        system_micros, created_ms)
      VALUES ('settle/a', 'settle', 'ann', 2, 1, -4, 'revenue', 3, 4)`);
  const kept = lines(old);
  old.close();

  migrate(path, migrations);
  const raw = new Database(path, { readwrite: true });
  raw.exec('PRAGMA foreign_keys = ON');
  expect(lines(raw)).toEqual(kept);
  expect(raw.query('PRAGMA foreign_key_check').all()).toEqual([]);
  expect(() => raw.exec('DELETE FROM transfer')).toThrow('append only');
  expect(() => raw.exec("UPDATE transfer SET note = 'x'")).toThrow('append only');
  raw.close();

  const db = openDatabase(path);
  const credits = createCredits({ db, clock: new ManualClock(), log: silentLog });
  expect(await credits.check()).toEqual([]);
  await db.write((tx) => credits.release(tx, { id: 'b' }));
  expect(await credits.balance('ann')).toMatchObject({ planMicros: 6, heldMicros: 0 });
  expect(await credits.check()).toEqual([]);
  await db.close();
});

test('an expiry can take from plan alone, and into breakage alone', () => {
  migrate(path, migrations);
  const raw = new Database(path, { readwrite: true });
  raw.exec(`INSERT INTO account (user_id) VALUES ('ann');
    INSERT INTO transfer (id, kind, user_id, plan_micros, purchased_micros, system_kind,
      system_micros, created_ms) VALUES ('g', 'grant', 'ann', 5, 5, 'granted', -10, 1)`);
  const expire = (plan: number, purchased: number, system: string, micros: number) => () =>
    raw
      .query(`INSERT INTO transfer (id, kind, user_id, plan_micros, purchased_micros, system_kind,
        system_micros, created_ms) VALUES ('e', 'expire', 'ann', ?, ?, ?, ?, 2)`)
      .run(plan, purchased, system, micros);
  expect(expire(0, -5, 'breakage', 5)).toThrow('expires_plan_only');
  expect(expire(-5, 0, 'revenue', 5)).toThrow('expires_plan_only');
  expect(expire(5, 0, 'breakage', -5)).toThrow('expires_plan_only');
  expect(expire(-6, 0, 'breakage', 6)).toThrow('plan_micros BETWEEN 0');
  expect(expire(-5, 0, 'breakage', 5)).not.toThrow();
  raw.close();
});
