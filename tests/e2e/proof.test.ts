import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXAMPLES, seedUser, sonde, sondeJson, temporaryFolder } from '../support/binary';
import { cleanUp } from '../support/cleanup';

afterAll(cleanUp);

const TURBINES = 'How many turbines does the Halden Strait tidal power plant have?';

let data: string;
let job: { id: string; findings: { quotes: { snapshot_hash: string }[] }[] };

beforeAll(async () => {
  data = temporaryFolder();
  const user = ['--user', (await seedUser(data)).email];
  await sondeJson(['library', 'add', EXAMPLES, ...user], { data });
  job = await sondeJson(['research', TURBINES, ...user], { data });
});

/** A copy of the data folder in which somebody has changed the database by hand. */
function tampered(change: (database: Database) => void): string {
  const folder = temporaryFolder('tampered');
  // Every command closes the file, and so leaves nothing in the write-ahead log.
  copyFileSync(join(data, 'sonde.db'), join(folder, 'sonde.db'));
  const database = new Database(join(folder, 'sonde.db'));
  change(database);
  database.close();
  return folder;
}

const compressed = (text: string) => Bun.zstdCompressSync(text);

/** The hash and the text of a snapshot that the job quotes. */
function quoted(database: Database): { hash: string; text: string } {
  const hash = job.findings[0]!.quotes[0]!.snapshot_hash;
  const row = database
    .query<{ text_zstd: Uint8Array<ArrayBuffer> }, [string]>(
      'SELECT text_zstd FROM snapshot WHERE hash = ?',
    )
    .get(hash)!;
  return { hash, text: new TextDecoder().decode(Bun.zstdDecompressSync(row.text_zstd)) };
}

test('verify confirms every quote with no network', async () => {
  const { code, json } = await sonde(['verify', job.id, '--json'], {
    data,
    env: { http_proxy: 'http://127.0.0.1:9', https_proxy: 'http://127.0.0.1:9' },
  });
  expect({ code, ok: json.ok, failures: json.failures }).toEqual({
    code: 0,
    ok: true,
    failures: [],
  });
  expect(json.confirmed).toBeGreaterThanOrEqual(job.findings.length);
});

test.each<[string, string, (database: Database) => void]>([
  [
    'whose words were changed',
    'does not have its hash',
    (database) => {
      const { hash, text } = quoted(database);
      const changed = compressed(text.replace('a', 'e'));
      database.run('UPDATE snapshot SET text_zstd = ? WHERE hash = ?', [changed, hash]);
    },
  ],
  [
    'that was deleted',
    'missing',
    (database) => {
      database.exec('PRAGMA foreign_keys = OFF');
      database.run('DELETE FROM snapshot WHERE hash = ?', [quoted(database).hash]);
    },
  ],
  [
    'that was cut',
    'cannot be read',
    (database) => {
      const { hash, text } = quoted(database);
      const shorter = compressed(text.slice(0, -1));
      database.run('UPDATE snapshot SET text_zstd = ? WHERE hash = ?', [shorter, hash]);
    },
  ],
  [
    'that can no longer be decompressed',
    'cannot be read',
    (database) => {
      const broken = Buffer.from('this is no zstd frame');
      database.run('UPDATE snapshot SET text_zstd = ? WHERE hash = ?', [
        broken,
        quoted(database).hash,
      ]);
    },
  ],
])('verify exits 1 for a snapshot %s', async (_, reason, change) => {
  const { code, json, stderr } = await sonde(['verify', job.id, '--json'], {
    data: tampered(change),
  });
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(json.ok).toBe(false);
  expect(json.failures.length).toBeGreaterThan(0);
  for (const failure of json.failures) expect(failure.reason).toContain(reason);
});

test('verify exits 1 for a quote that was put into the result', async () => {
  const folder = tampered((database) => {
    database.run(
      `UPDATE research SET checkpoint = json_set(checkpoint, '$.findings[0].quotes[0].text', 'It has 99 turbines.')`,
    );
  });
  const { code, json } = await sonde(['verify', job.id, '--json'], { data: folder });
  expect([code, json.failures.length]).toEqual([1, 1]);
  expect(json.failures[0].reason).toContain('says something else');
});

test('ledger check exits 0, and 1 with the figures after a balance was changed by hand', async () => {
  expect((await sonde(['ledger', 'check'], { data })).code).toBe(0);
  const folder = tampered((database) => {
    database.run(
      'UPDATE account SET purchased_micros = purchased_micros + 5 WHERE purchased_micros > 0',
    );
  });
  const { code, json } = await sonde(['ledger', 'check', '--json'], { data: folder });
  expect({ code, ok: json.ok }).toEqual({ code: 1, ok: false });
  const wrong = json.discrepancies.find((found: { what: string }) => found.what === 'balance');
  expect(wrong.actual_micros - wrong.expected_micros).toBe(5);
  const human = await sonde(['ledger', 'check'], { data: folder });
  expect([human.code, human.stdout]).toEqual([1, expect.stringContaining('balance')]);
});
