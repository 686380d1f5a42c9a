import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, expect, test } from 'bun:test';
import fc from 'fast-check';
import { openTestDatabase, type TestDatabase } from '../../tests/support/database';
import { userSearchStore } from './store-search';

let file: TestDatabase;
let raw: Database;

beforeEach(async () => {
  file = await openTestDatabase();
  raw = new Database(file.path, { readwrite: true });
});
afterEach(async () => {
  raw.close();
  await file.close();
});

function add(id: string, email: string, firstName: string | null, lastName: string | null): void {
  raw
    .query(
      `INSERT INTO user (id, email, role, status, created_ms, first_name, last_name)
       VALUES (?, ?, 'member', 'active', ?, ?, ?)`,
    )
    .run(id, email, Number(id), firstName, lastName);
}

const search = (part: string, limit = 10, offset = 0) =>
  file.db.bind(userSearchStore).read.search(part, limit, offset);

test('a user is found by any part of the address or the name, whatever its case', async () => {
  add('1', 'Ana.Silva@example.com', null, null);
  add('2', 'bo@other.org', 'Bo', 'Núñez');
  expect(await search('SILVA@ex')).toEqual(['1']);
  expect(await search('bo nun')).toEqual(['2']);
  expect(await search('bo')).toEqual(['2']);
  expect(await search('.org\nBo')).toEqual(['2']);
  expect(await search('nobody')).toEqual([]);
});

test('a user is found by the new name, and no longer by the old one', async () => {
  add('1', 'ana@example.com', 'Ana', 'Silva');
  raw.exec("UPDATE user SET last_name = 'Okafor' WHERE id = '1'");
  expect(await search('okafor')).toEqual(['1']);
  expect(await search('silva')).toEqual([]);
});

test('pages go from the newest to the oldest', async () => {
  for (const id of ['1', '2', '3', '4', '5']) add(id, `user${id}@example.com`, null, null);
  expect(await search('example', 2)).toEqual(['5', '4']);
  expect(await search('example', 2, 2)).toEqual(['3', '2']);
  expect(await search('', 2, 3)).toEqual(['2', '1']);
});

test('whatever is searched for is text, and found exactly where it stands', async () => {
  const emails = ['a"b*@example.com', 'not-or-and@near.com', "o'neil@example.com"];
  for (const [index, email] of emails.entries()) add(String(index + 1), email, null, null);
  const part = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom('\u0000', 'ana\u0000', 'e\u0301e\u0301e\u0301', '\ud800abc'),
    fc.constantFrom('"', 'OR', 'NOT x', 'NEAR(', '*', 'b*@', "'", 'AND', 'com" OR "a'),
    fc
      .tuple(fc.constantFrom(...emails), fc.nat({ max: 8 }), fc.integer({ min: 1, max: 9 }))
      .map(([email, start, length]) => email.slice(start, start + length)),
  );
  await fc.assert(
    fc.asyncProperty(part, async (text) => {
      const expected = emails.flatMap((email, index) =>
        email.includes(text.toLowerCase()) ? [String(index + 1)] : [],
      );
      expect((await search(text)).sort()).toEqual(expected);
    }),
  );
});
