import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { AssertionError } from '../lib/assert';
import type { Connection } from './client';
import { type Bound, type Db, openDatabase } from './database';
import type { Transaction } from './write';

function createNoteStore({ prepare }: Connection) {
  const add = prepare('INSERT INTO note (text) VALUES (:text)');
  const all = prepare<{ text: string }>('SELECT text FROM note ORDER BY id');
  const orphan = prepare('INSERT INTO reply (note_id) VALUES (-1)');
  return {
    add: (text: string) => add.run({ text }),
    texts: async () => (await all.all()).map((row) => row.text),
    /** Breaks a deferred foreign key: nothing notices before COMMIT. */
    orphan: () => orphan.run(),
  };
}

/** Long enough for a failure to be shrunk and printed with its seed; a good run takes a second. */
const SHRINKING_MS = 60_000;

let folder: string;
let db: Db;
let notes: Bound<ReturnType<typeof createNoteStore>>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sonde-write-'));
  const path = join(folder, 'notes.db');
  const database = new Database(path, { create: true });
  database.exec(`
    CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
    CREATE TABLE reply (note_id INTEGER REFERENCES note (id) DEFERRABLE INITIALLY DEFERRED);`);
  database.close();
  db = openDatabase(path);
  notes = db.bind(createNoteStore);
});

afterEach(async () => {
  await db.close();
  rmSync(folder, { recursive: true, force: true });
});

const add = (text: string) => db.write((tx) => notes.within(tx).add(text));
const macrotask = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('a group of bodies', () => {
  test(
    'holds exactly what the good bodies wrote, each in one piece, in their order',
    async () => {
      const writer = fc.record({
        pauseBefore: fc.boolean(),
        writes: fc.array(fc.nat({ max: 3 }), { maxLength: 4 }),
        ending: fc.constantFrom('good', 'good', 'throws', 'awaits something foreign'),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(writer, { maxLength: 24 }), async (writers) => {
          const before = await notes.read.texts();
          const results: Promise<void>[] = [];
          for (const [index, { pauseBefore, writes, ending }] of writers.entries()) {
            if (pauseBefore) await macrotask();
            const result = db.write(async (tx) => {
              const store = notes.within(tx);
              for (const [at, microtasks] of writes.entries()) {
                for (let turn = 0; turn < microtasks; turn++) await Promise.resolve();
                await store.add(`${index}.${at}`);
              }
              if (ending === 'throws') throw new Error('told to');
              if (ending === 'awaits something foreign') await macrotask();
            });
            result.catch(() => {});
            results.push(result);
          }
          const settled = await Promise.allSettled(results);
          expect(settled.map((one) => one.status)).toEqual(
            writers.map(({ ending }) => (ending === 'good' ? 'fulfilled' : 'rejected')),
          );
          const expected = writers.flatMap(({ writes, ending }, index) =>
            ending === 'good' ? writes.map((_, at) => `${index}.${at}`) : [],
          );
          expect((await notes.read.texts()).slice(before.length)).toEqual(expected);
        }),
        { numRuns: 60 },
      );
    },
    SHRINKING_MS,
  );

  test('loses a failing body alone, whether it throws or rejects', async () => {
    const settled = await Promise.allSettled([
      add('first'),
      db.write(async (tx) => {
        await notes.within(tx).add('rejected');
        throw new Error('rejects');
      }),
      db.write(() => {
        throw new Error('throws');
      }),
      add('last'),
    ]);
    expect(settled.map((one) => one.status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect(await notes.read.texts()).toEqual(['first', 'last']);
  });

  test('rejects as a whole when COMMIT fails, and the next group is fine', async () => {
    let told = false;
    const settled = await Promise.allSettled([
      db.write(async (tx) => {
        tx.afterCommit(() => {
          told = true;
        });
        await notes.within(tx).add('innocent');
      }),
      db.write((tx) => notes.within(tx).orphan()),
    ]);
    for (const one of settled) {
      expect(one.status === 'rejected' && String(one.reason)).toContain('FOREIGN KEY');
    }
    expect(told).toBe(false);
    await add('next');
    expect(await notes.read.texts()).toEqual(['next']);
  });
});

describe('a body that awaits something foreign', () => {
  const foreign: Record<string, () => Promise<unknown>> = {
    'an immediate': macrotask,
    'the next tick': () => new Promise<void>((resolve) => process.nextTick(resolve)),
    'a timer of 0 ms': () => new Promise((resolve) => setTimeout(resolve, 0)),
    'a timer of 5 ms': () => new Promise((resolve) => setTimeout(resolve, 5)),
    'a file': () => readFile(join(folder, 'notes.db')),
    'a file of Bun': () => Bun.file(join(folder, 'notes.db')).bytes(),
    'a digest': () => crypto.subtle.digest('SHA-256', new Uint8Array(8)),
    'a request': async () => {
      const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('hi') });
      await fetch(server.url).then((response) => response.text());
      await server.stop(true);
    },
  };
  for (const [what, wait] of Object.entries(foreign)) {
    test(`(${what}) is rejected, and what it writes later is refused`, async () => {
      const late = Promise.withResolvers<unknown>();
      const slow = db.write(async (tx) => {
        const store = notes.within(tx);
        await store.add('early');
        await wait();
        await Promise.resolve()
          .then(() => store.add('late'))
          .then(late.resolve, late.resolve);
      });
      const good = add('good');
      const reason = await slow.catch((thrown: unknown) => thrown);
      expect(reason).toBeInstanceOf(AssertionError);
      await good;
      expect(await late.promise).toBeInstanceOf(AssertionError);
      expect(await notes.read.texts()).toEqual(['good']);
    });
  }

  test('is refused even while another body runs', async () => {
    const opened = Promise.withResolvers<void>();
    const late = Promise.withResolvers<unknown>();
    const slow = db.write(async (tx) => {
      await opened.promise;
      try {
        late.resolve(await notes.within(tx).add('late'));
      } catch (reason) {
        late.resolve(reason);
      }
    });
    const other = db.write(async (tx) => {
      opened.resolve();
      for (let turn = 0; turn < 10; turn++) await notes.within(tx).add(`other ${turn}`);
    });
    expect(await slow.catch((thrown: unknown) => thrown)).toBeInstanceOf(AssertionError);
    await other;
    expect(await late.promise).toBeInstanceOf(AssertionError);
    expect(await notes.read.texts()).toHaveLength(10);
  });
});

describe('readers', () => {
  test('see committed state only, while the body sees its own writes', async () => {
    await add('old');
    await db.write(async (tx) => {
      await notes.within(tx).add('new');
      expect(await notes.within(tx).texts()).toEqual(['old', 'new']);
      expect(await notes.read.texts()).toEqual(['old']);
    });
    expect(await notes.read.texts()).toEqual(['old', 'new']);
  });

  test('cannot write', async () => {
    await expect(notes.read.add('smuggled')).rejects.toThrow('readonly');
  });
});

test('a commit of another process shows, and one of this process does not', async () => {
  const first = await db.othersVersion();
  await db.write((tx) => notes.within(tx).add('own'));
  expect(await db.othersVersion()).toBe(first);
  const other = openDatabase(db.path);
  await other.write((tx) => other.bind(createNoteStore).within(tx).add('theirs'));
  await other.close();
  expect(await db.othersVersion()).not.toBe(first);
});

describe('afterCommit', () => {
  test('runs for committed bodies only, in order, when readers see the work', async () => {
    const told: string[] = [];
    const seen: Promise<string[]>[] = [];
    const body = (text: string, fails: boolean) => async (tx: Transaction) => {
      tx.afterCommit(() => {
        told.push(text);
        seen.push(notes.read.texts());
      });
      await notes.within(tx).add(text);
      if (fails) throw new Error('told to');
    };
    const answered: string[] = [];
    await Promise.allSettled([
      db.write(body('one', false)).then(() => answered.push(...told)),
      db.write(body('two', true)),
      db.write(body('three', false)),
    ]);
    expect(told).toEqual(['one', 'three']);
    expect(answered).toEqual(['one', 'three']);
    expect(await Promise.all(seen)).toEqual([
      ['one', 'three'],
      ['one', 'three'],
    ]);
  });
});

describe('close', () => {
  test('waits for what is queued, and for what the answered writers write next', async () => {
    const written: string[] = [];
    const chain = (async () => {
      for (const text of ['a', 'b', 'c']) {
        await add(text);
        written.push(text);
      }
    })();
    await db.close();
    await chain;
    expect(written).toEqual(['a', 'b', 'c']);
    const reopened = openDatabase(join(folder, 'notes.db'));
    expect(await reopened.bind(createNoteStore).read.texts()).toEqual(['a', 'b', 'c']);
    expect(() => add('late')).toThrow(AssertionError);
    db = reopened;
  });
});
