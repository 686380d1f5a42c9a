import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { ManualClock } from '../../tests/support/clock';
import { openTestDatabase, type TestDatabase } from '../../tests/support/database';
import { silentLog } from '../../tests/support/log';
import { snapshotOf } from '../../tests/support/snapshot';
import { type Connection, openConnection } from '../db/client';
import { Fault } from '../lib/fault';
import { systemChance } from '../lib/ids';
import type { GuardedFetch } from '../net/types';
import { chunkText } from './chunk';
import { parseDocument } from './parse';
import { createLibrarySearch } from './search';
import { createLibrary, type Library } from './service';

const ADA = '018f0000-0000-7000-8000-00000000000a';
const BOB = '018f0000-0000-7000-8000-00000000000b';
const ROOT = '018f0000-0000-7000-8000-00000000000c';

let database: TestDatabase;
let reader: Connection;
let writer: Connection;
let library: Library;

const fetchOf = (page: Partial<Awaited<ReturnType<GuardedFetch['get']>>>): GuardedFetch => ({
  get: async (url) => ({ url, status: 200, contentType: null, bytes: new Uint8Array(), ...page }),
});

function libraryWith(parts: { fetch?: GuardedFetch; maxDocuments?: number } = {}): Library {
  const { fetch = fetchOf({}), maxDocuments } = parts;
  return createLibrary({
    db: database.db,
    clock: new ManualClock(),
    chance: systemChance,
    log: silentLog,
    fetch,
    parse: parseDocument,
    chunk: async (text, pageStarts) => chunkText(text, pageStarts),
    search: createLibrarySearch(reader),
    limits: { maxDocumentBytes: 1_000_000, ...(maxDocuments ? { maxDocuments } : {}) },
  });
}

beforeEach(async () => {
  database = await openTestDatabase();
  writer = openConnection(database.path, 'writer');
  for (const id of [ADA, BOB, ROOT]) {
    writer.exec(
      `INSERT INTO user (id, email, role, status, created_ms)
       VALUES ('${id}', '${id}@example.org', 'member', 'active', 0)`,
    );
  }
  reader = openConnection(database.path, 'reader');
  library = libraryWith();
});

afterEach(async () => {
  reader.close();
  writer.close();
  await database.close();
});

const addText = async (ownerId: string, text: string, shared = false) =>
  (await library.addText({ ownerId, shared, text })).document;

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const thrown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(thrown).toBeInstanceOf(Fault);
  return (thrown as Fault).code;
}

async function rowCount(table: string): Promise<number> {
  const row = await reader.prepare<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).get();
  return row?.n ?? -1;
}

describe('who sees what', () => {
  test("another user's private document is never found, listed, read or removed", async () => {
    const secret = await addText(ADA, 'The launch code of the zephyr is nine.');
    expect(await library.search(BOB, 'zephyr launch code', 10)).toEqual([]);
    expect(await library.list(BOB, { limit: 10, offset: 0 })).toEqual([]);
    expect(await library.count(BOB)).toBe(0);
    expect(await codeOf(library.get(BOB, secret.id))).toBe('not_found');
    expect(await codeOf(library.text(BOB, secret.id))).toBe('not_found');
    expect(await codeOf(library.remove(BOB, false, secret.id))).toBe('not_found');
    expect(await codeOf(library.remove(ROOT, true, secret.id))).toBe('not_found');
    expect((await library.search(ADA, 'zephyr', 10)).map((hit) => hit.documentId)).toEqual([
      secret.id,
    ]);
  });

  test("the fault for somebody else's document is the one for none, word for word", async () => {
    const { id } = await addText(ADA, 'A private text.');
    const message = (thrown: unknown) => (thrown as Fault).message;
    const foreign = await library.get(BOB, id).catch(message);
    await library.remove(ADA, false, id);
    expect(await library.get(BOB, id).catch(message)).toBe(foreign as never);
  });

  test('a shared document is found by all, and removed by its owner or an admin only', async () => {
    const first = await addText(ADA, 'The orchard holds quince trees.', true);
    expect((await library.search(BOB, 'quince', 5)).map((hit) => hit.documentId)).toEqual([
      first.id,
    ]);
    expect(await library.count(BOB)).toBe(1);
    expect(await library.text(BOB, first.id)).toBe('The orchard holds quince trees.');
    expect(await codeOf(library.remove(BOB, false, first.id))).toBe('forbidden');
    await library.remove(ROOT, true, first.id);
    expect(await library.search(BOB, 'quince', 5)).toEqual([]);
    expect(await rowCount('chunk')).toBe(0);
  });

  test('a passage that is both shared and own is one hit', async () => {
    await addText(ADA, 'The heron stands in the reeds.', true);
    await addText(BOB, 'The heron stands in the reeds.');
    expect(await library.search(BOB, 'heron', 5)).toHaveLength(1);
  });

  const injections = [
    '" OR *',
    'NEAR(zephyr, 5)',
    'scope:shared zephyr',
    'rowid:1 zephyr',
    'zephyr\u0000 OR zephyr',
    '{title body}: zephyr',
    'zephyr" OR "zephyr',
    '-zephyr ^zephyr + zephyr*',
    ') OR (zephyr',
  ];
  test.each(injections)('a query %j finds nothing of another user', async (query) => {
    await addText(ADA, 'The zephyr is a near and shared wind of one row.');
    await addText(BOB, 'A text that has none of those words.');
    const hits = await library.search(BOB, query, 10);
    expect(hits.every((hit) => hit.text.startsWith('A text'))).toBe(true);
  });
});

describe('adding', () => {
  test('the same text again is the same document', async () => {
    const input = { ownerId: ADA, shared: false, text: 'Said once.' };
    const first = await library.addText(input);
    const again = await library.addText({ ...input, text: 'Said once.\r\n' });
    expect(first.added).toBe(true);
    expect(again).toEqual({ document: first.document, added: false });
    expect(await rowCount('chunk')).toBe(1);
  });

  test('adding it as shared makes the existing one shared, and all find it', async () => {
    const mine = await addText(ADA, 'Basalt columns rise from the sea.');
    const again = await library.addText({
      ownerId: ADA,
      shared: true,
      text: 'Basalt columns rise from the sea.',
    });
    expect(again).toEqual({ document: { ...mine, shared: true }, added: false });
    expect((await library.search(BOB, 'basalt', 5))[0]?.documentId).toBe(mine.id);
    expect(await library.search(ADA, 'basalt', 5)).toHaveLength(1);
  });

  test('the same text added twice at once is added once', async () => {
    const input = { ownerId: ADA, shared: false, text: 'A race.' };
    const both = await Promise.all([library.addText(input), library.addText(input)]);
    expect(both.map(({ added }) => added).sort()).toEqual([false, true]);
    expect(both[0].document.id).toBe(both[1].document.id);
  });

  test('what is over the limits is refused with the remedy', async () => {
    const bytes = new Uint8Array(1_000_001).fill(65);
    const big = { ownerId: ADA, shared: false, bytes, name: 'a.txt', origin: 'a.txt' };
    expect(await codeOf(library.add(big))).toBe('too_large');
    const narrow = libraryWith({ maxDocuments: 1 });
    await narrow.addText({ ownerId: ADA, shared: false, text: 'One.' });
    expect(await codeOf(narrow.addText({ ownerId: ADA, shared: false, text: 'Two.' }))).toBe(
      'too_large',
    );
    await narrow.addText({ ownerId: BOB, shared: false, text: 'Two.' });
  });

  test('a URL is fetched with robots asked, and named by where it led', async () => {
    const bytes = new TextEncoder().encode('Plain words from the web.');
    const asked: unknown[] = [];
    const fetch: GuardedFetch = {
      async get(url, options) {
        asked.push([url, options?.robots]);
        return {
          url: 'https://example.org/b/my%20page.txt',
          status: 200,
          contentType: 'text/plain',
          bytes,
        };
      },
    };
    const { document } = await libraryWith({ fetch }).addUrl({
      ownerId: ADA,
      shared: false,
      url: 'https://example.org/a',
    });
    expect(asked).toEqual([['https://example.org/a', true]]);
    expect(document.origin).toBe('https://example.org/b/my%20page.txt');
    expect(document.title).toBe('my page');
  });

  test('the newest document is listed first, page by page', async () => {
    const ids = [];
    for (const text of ['One.', 'Two.', 'Three.']) ids.push((await addText(ADA, text)).id);
    const listed = await library.list(ADA, { limit: 2, offset: 1 });
    expect(listed.map(({ id }) => id)).toEqual([ids[1] ?? '', ids[0] ?? '']);
  });
});

describe('snapshots', () => {
  const long = Array.from({ length: 60 }, (_, at) => `Sentence ${at} on 😀 granite and čas. `).join(
    '',
  );

  test('a hit is the snapshot between its offsets', async () => {
    await addText(ADA, long);
    const hits = await library.search(ADA, 'granite', 10);
    expect(hits.length).toBeGreaterThan(1);
    for (const hit of hits) {
      const snapshot = await library.snapshot(hit.snapshotHash);
      expect(snapshot?.text.slice(hit.start, hit.end)).toBe(hit.text);
    }
  });

  test('a sweep takes what nothing names, and only that', async () => {
    const kept = await addText(ADA, 'Kept by its document.');
    const removed = await addText(ADA, 'Removed by its owner.');
    const quoted = await addText(ADA, 'Removed, but quoted.');
    writer.exec('PRAGMA foreign_keys = OFF');
    writer.exec(
      `INSERT INTO research_source (job_id, snapshot_hash) VALUES ('j', '${quoted.snapshotHash}')`,
    );
    for (const { id } of [removed, quoted]) await library.remove(ADA, false, id);
    expect(await library.sweep()).toBe(1);
    expect(await library.sweep()).toBe(0);
    expect(await library.snapshot(removed.snapshotHash)).toBeUndefined();
    expect((await library.snapshot(quoted.snapshotHash))?.text).toBe('Removed, but quoted.');
    expect((await library.snapshot(kept.snapshotHash))?.text).toBe('Kept by its document.');
  });

  test('a large document is found only when all of it is written, and gone as soon as it is removed', async () => {
    const paragraph = (index: number) => `Paragraph ${index}. ${'The zephyr blows. '.repeat(60)}`;
    const text = Array.from({ length: 700 }, (_, index) => paragraph(index)).join('\n\n');
    let seenMeanwhile = 0;
    const adding = addText(ADA, text);
    const watching = (async () => {
      while ((await rowCount('chunk')) < 600 && (await rowCount('document')) === 0) {
        seenMeanwhile += (await library.search(ADA, 'zephyr', 5)).length;
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const document = await adding;
    await watching;
    expect(document.chunkCount).toBeGreaterThan(512);
    expect(await rowCount('chunk')).toBe(document.chunkCount);
    expect(seenMeanwhile).toBe(0);
    expect(await library.search(ADA, 'zephyr', 5)).toHaveLength(5);
    const removing = library.remove(ADA, false, document.id);
    await removing;
    expect(await library.search(ADA, 'zephyr', 5)).toEqual([]);
    expect(await rowCount('chunk')).toBe(0);
  });

  test('a sweep takes the chunks that a crash left without their document, and no younger ones', async () => {
    const DAY_MS = 86_400_000;
    const nowMs = new ManualClock().nowMs();
    const madeAt = (ms: number) => Bun.randomUUIDv7('hex', ms);
    const [old, young] = [madeAt(nowMs - 2 * DAY_MS), madeAt(nowMs - DAY_MS / 2)];
    for (const [index, id] of [old, young].entries()) {
      writer.exec(
        `INSERT INTO chunk (id, document_id, start_offset, end_offset) VALUES (${index + 1}, '${id}', 0, 1)`,
      );
    }
    await library.sweep();
    expect(await reader.prepare('SELECT document_id AS id FROM chunk').all()).toEqual([
      { id: young },
    ]);
  });

  test('a text put beside others is kept once, with its pages', async () => {
    const snapshot = { ...snapshotOf('One\n\nTwo', 'application/pdf'), pageStarts: [0, 5] };
    const packed = await library.packSnapshot(snapshot);
    const put = () => database.db.write((tx) => library.putSnapshot(tx, packed));
    await put();
    await put();
    expect(await library.snapshot(snapshot.hash)).toEqual(snapshot);
  });
});

describe('search', () => {
  test('a title counts more than the text, and the best comes first', async () => {
    const text = 'Something about cables and bridges, with glacier in it once.';
    await library.addText({ ownerId: ADA, shared: false, text, title: 'Cables' });
    const glacier = 'Ice moves slowly downhill over the years.';
    await library.addText({ ownerId: ADA, shared: false, text: glacier, title: 'Glacier' });
    const hits = await library.search(ADA, 'glacier', 5);
    expect(hits.map(({ title }) => title)).toEqual(['Glacier', 'Cables']);
    expect(hits[0]?.score).toBeGreaterThan(hits[1]?.score ?? Number.NaN);
  });

  test('word forms and accents do not matter', async () => {
    await addText(ADA, 'The bridges of the Château were measured.');
    expect(await library.search(ADA, 'chateau bridge measuring', 5)).toHaveLength(1);
    expect(await library.search(ADA, 'Brücke', 5)).toEqual([]);
  });

  test('a limit is kept, and none or nonsense gives nothing', async () => {
    for (let at = 0; at < 5; at++) await addText(ADA, `Marble quarry number ${at}.`);
    expect(await library.search(ADA, 'marble', 3)).toHaveLength(3);
    expect(await library.search(ADA, 'marble', 0)).toEqual([]);
    expect(await library.search(ADA, '   \u0000 "" ', 3)).toEqual([]);
  });

  test('ids that are free again after a removal are not found by the old words', async () => {
    const { id } = await addText(ADA, 'Obsidian knives.');
    await library.remove(ADA, false, id);
    await addText(ADA, 'Flint axes.');
    expect(await library.search(ADA, 'obsidian', 5)).toEqual([]);
    expect(await library.search(ADA, 'flint', 5)).toHaveLength(1);
  });

  test('a thorough search gives the best passage of each document before the second of any', async () => {
    const paragraph = (word: string) => `${word} marble quarry. `.repeat(50).trim();
    const text = ['first', 'second', 'third'].map(paragraph).join('\n\n');
    const long = await library.addText({ ownerId: ADA, shared: false, title: 'Long', text });
    const short = await library.addText({
      ownerId: ADA,
      shared: false,
      title: 'Short',
      text: 'A quarry of marble.',
    });
    const hits = await library.search(ADA, 'marble quarry', 10, 'thorough');
    const ids = hits.map((hit) => hit.documentId);
    expect(new Set(ids.slice(0, 2))).toEqual(new Set([long.document.id, short.document.id]));
    expect(ids.length).toBeGreaterThan(2);
    const [best] = hits;
    const ofOne = await library.search(ADA, 'marble quarry', 1, 'thorough');
    expect(new Set(ofOne.map((hit) => hit.documentId))).toEqual(new Set([best?.documentId ?? '']));
    expect(await library.search(ADA, 'marble quarry', 10, 'thorough')).toEqual(hits);
  });

  test('a thorough search sees what its user may see, and nothing else', async () => {
    await library.addText({ ownerId: BOB, shared: false, text: 'The zephyr launch code is 7.' });
    expect(await library.search(ADA, 'zephyr launch code', 10, 'thorough')).toEqual([]);
    expect(await library.search(BOB, 'zephyr launch code', 10, 'thorough')).toHaveLength(1);
  });
});
