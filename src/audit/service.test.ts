import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { ManualClock } from '../../tests/support/clock';
import { openTestDatabase, type TestDatabase } from '../../tests/support/database';
import { canonicalJson, GENESIS_HASH, rowHash } from './canonical';
import { type Audit, createAudit } from './service';
import type { StoredAudit } from './store';

let file: TestDatabase;
let audit: Audit;

beforeEach(async () => {
  file = await openTestDatabase();
  audit = createAudit({ db: file.db, clock: new ManualClock() });
});
afterEach(() => file.close());

const record = (subject: string) =>
  file.db.write((tx) =>
    audit.record(tx, {
      actorId: 'admin',
      action: 'user.suspend',
      subject,
      before: { suspended: false },
      after: { suspended: true },
    }),
  );

async function recordMany(count: number): Promise<void> {
  for (let index = 1; index <= count; index++) await record(`user ${index}`);
}

/** As somebody would who has the file and no respect for triggers. */
function tamper(statements: string): void {
  const raw = new Database(file.path, { readwrite: true });
  try {
    raw.exec(`DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete;
      DROP TRIGGER audit_continues_the_chain; ${statements}`);
  } finally {
    raw.close();
  }
}

describe('the audit log', () => {
  test('is whole while it is only written by its service', async () => {
    expect(await audit.verify()).toEqual({
      count: 0,
      lastHash: GENESIS_HASH,
      broken: null,
      knownHashFound: null,
    });
    await recordMany(5);
    const [last] = await audit.list({ limit: 1, offset: 0 });
    expect(last).toMatchObject({ seq: 5, subject: 'user 5', after: { suspended: true } });
    expect(await audit.verify()).toMatchObject({ count: 5, lastHash: last!.hash, broken: null });
  });

  test('keeps its chain when many actions share a commit', async () => {
    await Promise.all(Array.from({ length: 40 }, (_, index) => record(`user ${index}`)));
    expect(await audit.verify()).toMatchObject({ count: 40, broken: null });
  });

  test('is walked beyond one page', async () => {
    const many = Array.from({ length: 1_001 }, (_, index) => record(`user ${index}`));
    await Promise.all(many);
    expect(await audit.verify()).toMatchObject({ count: 1_001, broken: null });
  });

  test.each(['subject', 'actor_id', 'action', 'before', 'after'])(
    'shows that a %s was changed',
    async (column) => {
      await recordMany(4);
      tamper(`UPDATE audit SET ${column} = '{"x":1}' WHERE seq = 2`);
      expect((await audit.verify()).broken).toEqual({ seq: 2, what: 'the row was changed' });
    },
  );

  test('shows that a time was changed', async () => {
    await recordMany(2);
    tamper('UPDATE audit SET created_ms = created_ms + 1 WHERE seq = 1');
    expect((await audit.verify()).broken).toEqual({ seq: 1, what: 'the row was changed' });
  });

  test('shows that a row was changed together with its own hash', async () => {
    await recordMany(3);
    const raw = new Database(file.path, { readonly: true });
    const row = raw
      .query<StoredAudit, []>(
        `SELECT seq, created_ms AS createdMs, actor_id AS actorId, action, 'nobody' AS subject,
          before, after, previous_hash AS previousHash, hash FROM audit WHERE seq = 2`,
      )
      .get()!;
    raw.close();
    const hash = rowHash(row.previousHash, row);
    tamper(`UPDATE audit SET subject = 'nobody', hash = '${hash}' WHERE seq = 2`);
    expect((await audit.verify()).broken).toEqual({ seq: 3, what: 'the row before was changed' });
  });

  test('shows that a row was taken out', async () => {
    await recordMany(3);
    tamper('DELETE FROM audit WHERE seq = 2');
    expect((await audit.verify()).broken).toEqual({ seq: 2, what: 'a row is missing' });
  });

  test('shows that its end was cut off to whoever noted a hash before', async () => {
    await recordMany(3);
    const { lastHash } = await audit.verify();
    expect((await audit.verify(lastHash)).knownHashFound).toBe(true);
    tamper('DELETE FROM audit WHERE seq = 3');
    expect(await audit.verify(lastHash)).toMatchObject({ broken: null, knownHashFound: false });
  });

  test('refuses a change, a removal, a replacement, and a row that does not follow', async () => {
    await recordMany(2);
    const raw = new Database(file.path, { readwrite: true });
    raw.exec('PRAGMA recursive_triggers = ON');
    const row = `SELECT %, 0, '', '', '', 'null', 'null', printf('%064d', 0), ''`;
    for (const statement of [
      "UPDATE audit SET subject = 'x'",
      'DELETE FROM audit',
      `INSERT OR REPLACE INTO audit ${row.replace('%', '2')}`,
      `INSERT INTO audit ${row.replace('%', '3')}`,
      `INSERT INTO audit ${row.replace('%', '7')}`,
    ]) {
      expect(() => raw.exec(statement)).toThrow(/append only|continues/);
    }
    raw.close();
    expect(await audit.verify()).toMatchObject({ count: 2, broken: null });
  });

  test('has no record of an action that failed, nor of one that changed nothing', async () => {
    const entry = { actorId: 'admin', action: 'user.suspend', subject: 'ana' };
    const failing = audit.perform(entry, async () => {
      throw new Error('told to');
    });
    await expect(failing).rejects.toThrow('told to');
    expect(await audit.perform(entry, async () => ({ result: 7, change: null }))).toBe(7);
    const after = { suspended: true };
    const change = { before: null, after };
    await audit.perform(entry, async () => ({ result: 8, change }));
    expect(await audit.list({ limit: 9, offset: 0 })).toMatchObject([{ ...entry, after }]);
  });
});

describe('canonical JSON', () => {
  test('does not depend on the order of properties', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
      }),
    );
  });

  test('leaves out what is named like a secret, at any depth', () => {
    const told = { email: 'a', password: 'p', deep: [{ apiKey: 'k', token_hash: 't', note: 'n' }] };
    expect(canonicalJson(told)).toBe('{"deep":[{"note":"n"}],"email":"a"}');
  });
});
