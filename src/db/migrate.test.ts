import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrations as released } from '../../migrations/index';
import { AssertionError } from '../lib/assert';
import { Fault } from '../lib/fault';
import { type Migration, migrate } from './migrate';

const first: Migration = { name: '0001_note', sql: 'CREATE TABLE note (text TEXT) STRICT;' };
const second: Migration = { name: '0002_mood', sql: 'ALTER TABLE note ADD COLUMN mood TEXT;' };
const broken: Migration = {
  name: '0003_broken',
  sql: 'CREATE TABLE half (id INTEGER); INSERT INTO nowhere VALUES (1);',
};

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sonde-migrate-'));
  path = join(folder, 'sonde.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function inside<T>(file: string, look: (database: Database) => T): T {
  const database = new Database(file, { readwrite: true });
  try {
    return look(database);
  } finally {
    database.close();
  }
}

const version = (file = path) =>
  inside(file, (database) => database.query('PRAGMA user_version').get());
const schema = (file = path) =>
  inside(file, (database) => database.query('SELECT name, sql FROM sqlite_schema').all());
const notes = (file = path) =>
  inside(file, (database) => database.query('SELECT * FROM note').all());
const addNote = () =>
  inside(path, (database) => database.exec("INSERT INTO note (text) VALUES ('kept')"));

test('a fresh database gets every migration, and no backup', () => {
  const outcome = migrate(path, released);
  expect(outcome).toEqual({ applied: released.map(({ name }) => name), backupPath: undefined });
  expect(version()).toEqual({ user_version: released.length });
});

test('a database that is up to date is left alone', () => {
  migrate(path, [first]);
  addNote();
  expect(migrate(path, [first])).toEqual({ applied: [], backupPath: undefined });
  expect(notes()).toEqual([{ text: 'kept' }]);
});

test('an upgrade applies what is pending and leaves a copy of what was before', () => {
  migrate(path, [first]);
  addNote();
  const backupPath = `${path}.before-v2`;
  expect(migrate(path, [first, second])).toEqual({ applied: ['0002_mood'], backupPath });
  expect(notes()).toEqual([{ text: 'kept', mood: null }]);
  expect(notes(backupPath)).toEqual([{ text: 'kept' }]);
  expect(version(backupPath)).toEqual({ user_version: 1 });
});

test('a database newer than the binary is refused with the remedy, and not changed', () => {
  migrate(path, [first, second]);
  const before = schema();
  let thrown: unknown;
  try {
    migrate(path, [first]);
  } catch (reason) {
    thrown = reason;
  }
  expect(thrown).toBeInstanceOf(Fault);
  expect(String(thrown)).toContain("schema version 2, newer than this binary's 1");
  expect(String(thrown)).toContain('run a newer sonde');
  expect(version()).toEqual({ user_version: 2 });
  expect(schema()).toEqual(before);
});

test('a failing migration leaves the file as it was, also the good ones before it', () => {
  migrate(path, [first]);
  addNote();
  const before = schema();
  expect(() => migrate(path, [first, second, broken])).toThrow('nowhere');
  expect(version()).toEqual({ user_version: 1 });
  expect(schema()).toEqual(before);
  expect(notes()).toEqual([{ text: 'kept' }]);
  expect(migrate(path, [first, second]).applied).toEqual(['0002_mood']);
});

test('a gap in the numbers is a bug of ours, found before the file is made', () => {
  expect(() => migrate(path, [first, broken])).toThrow(AssertionError);
  expect(existsSync(path)).toBe(false);
});
