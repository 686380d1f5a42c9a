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

const lines = (raw: Database) => raw.query<object, []>('SELECT * FROM transfer ORDER BY seq').all();

/** The content of the ledger as the tables hold it, without columns that came later. */
const balances = (raw: Database) => [
  raw
    .query('SELECT user_id, plan_micros, purchased_micros, held_micros, last_seq FROM account')
    .all(),
  raw.query('SELECT * FROM system_account').all(),
];

for (const { age, first } of [
  { age: 'plan periods', first: '0009_plans' },
  { age: 'hosts earned anything', first: '0017_host_earnings' },
]) {
  test(`a ledger from before ${age} keeps every line, and its rules, through the rebuild`, async () => {
    const before = migrations.findIndex(({ name }) => name === first);
    migrate(path, migrations.slice(0, before));
    const old = new Database(path, { readwrite: true });
    old.exec(`
      INSERT INTO account (user_id) VALUES ('ann');
      INSERT INTO transfer (id, kind, user_id, plan_micros, system_kind, system_micros, created_ms)
        VALUES ('grant/g', 'grant', 'ann', 9, 'granted', -9, 1);
      INSERT INTO transfer (id, kind, user_id, previous_seq, plan_micros, held_micros, created_ms)
        VALUES ('hold/a', 'hold', 'ann', 1, -4, 4, 2), ('hold/b', 'hold', 'ann', 2, -3, 3, 3);
      INSERT INTO transfer (id, kind, user_id, ends, previous_seq, plan_micros, held_micros,
          system_kind, system_micros, note, created_ms)
        VALUES ('settle/a', 'settle', 'ann', 2, 3, 1, -4, 'revenue', 3, 'as is', 4)`);
    const kept = { lines: lines(old), balances: balances(old) };
    old.close();

    migrate(path, migrations);
    const raw = new Database(path, { readwrite: true });
    raw.exec('PRAGMA foreign_keys = ON');
    const paysNoHost = { host_id: null, host_micros: 0 };
    expect(lines(raw)).toEqual(kept.lines.map((line) => ({ ...line, ...paysNoHost })));
    expect(balances(raw)).toEqual(kept.balances);
    expect(raw.query('PRAGMA foreign_key_check').all()).toEqual([]);
    expect(raw.query('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    expect(() => raw.exec('DELETE FROM transfer')).toThrow('append only');
    expect(() => raw.exec("UPDATE transfer SET note = 'x'")).toThrow('append only');
    raw.close();

    const db = openDatabase(path);
    const credits = createCredits({ db, clock: new ManualClock(), log: silentLog });
    expect(await credits.check()).toEqual([]);
    const earnings = [{ hostId: 'gpu', amountMicros: 1 }];
    await db.write((tx) => credits.settle(tx, { id: 'b', amountMicros: 1, earnings }));
    expect(await credits.balance('ann')).toMatchObject({ planMicros: 5, heldMicros: 0 });
    const ids = (await credits.ledger('ann', { limit: 9, offset: 0 })).map(
      (each) => each.transferId,
    );
    expect(ids).toEqual(['settle/b', 'settle/a', 'hold/b', 'hold/a', 'grant/g']);
    expect(await credits.check()).toEqual([]);
    await db.close();
  });
}

test('the rebuilds lose no index, trigger or view', () => {
  migrate(path, migrations);
  const raw = new Database(path, { readonly: true });
  const objects = raw
    .query<{ name: string }, []>(
      `SELECT name FROM sqlite_schema WHERE name = 'entry'
        OR (tbl_name = 'transfer' AND type IN ('index', 'trigger')) ORDER BY name`,
    )
    .all();
  expect(objects.map(({ name }) => name)).toEqual([
    'entry',
    'transfer_ends',
    'transfer_id',
    'transfer_moves_balances',
    'transfer_moves_host_balance',
    'transfer_moves_system_balance',
    'transfer_no_delete',
    'transfer_no_update',
    'transfer_sold',
  ]);
  raw.close();
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
