import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { is } from 'drizzle-orm';
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { openTestDatabase, type TestDatabase } from '../../tests/support/database';

interface ColumnInfo {
  name: string;
  type: string;
  notnull: number;
  dflt_value: string | null;
  pk: number;
}

const folder = join(import.meta.dir, 'schema');
const tables: SQLiteTable[] = [];
for (const name of readdirSync(folder).filter((each) => each.endsWith('.ts'))) {
  const exported: Record<string, unknown> = await import(join(folder, name));
  for (const value of Object.values(exported)) if (is(value, SQLiteTable)) tables.push(value);
}

let file: TestDatabase;
let raw: Database;
beforeAll(async () => {
  file = await openTestDatabase();
  raw = new Database(file.path, { readonly: true });
});
afterAll(async () => {
  raw.close();
  await file.close();
});

test('the schema files export tables', () => {
  expect(tables.length).toBeGreaterThan(5);
});

for (const table of tables) {
  const { name, columns, primaryKeys } = getTableConfig(table);
  test(`${name} has the columns that the migrations create`, () => {
    const created = raw
      .query<ColumnInfo, []>(`PRAGMA table_info("${name}")`)
      .all()
      .sort((a, b) => a.name.localeCompare(b.name));
    const composite = primaryKeys.flatMap((key) => key.columns.map((column) => column.name));
    const declared = columns
      .map((column) => ({
        name: column.name,
        type: column.getSQLType().toUpperCase(),
        isKey: column.primary || composite.includes(column.name),
        notNull: column.notNull,
      }))
      .sort((a, b) => a.name.localeCompare(b.name));
    expect(declared).toEqual(
      created.map(({ name: column, type, pk, notnull }) => ({
        name: column,
        type,
        isKey: pk > 0,
        // SQLite reports a key of one column as nullable unless told; drizzle never does.
        notNull: notnull === 1 || (pk > 0 && composite.length === 0),
      })),
    );
  });

  test(`${name} is given the defaults that the migrations give`, () => {
    const created = raw.query<ColumnInfo, []>(`PRAGMA table_info("${name}")`).all();
    for (const column of columns) {
      const found = created.find((each) => each.name === column.name);
      const declared = column.default === undefined ? null : String(column.default);
      expect([column.name, declared]).toEqual([column.name, found?.dflt_value ?? null]);
    }
  });
}
