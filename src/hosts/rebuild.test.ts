import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrations } from '../../migrations/index';
import { migrate } from '../db/migrate';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sonde-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const rows = (raw: Database, table: string) =>
  raw.query<object, []>(`SELECT * FROM ${table}`).all();
const indexes = (raw: Database) =>
  raw
    .query("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'job'")
    .all()
    .sort();

test('jobs and inferences keep every line, their indexes and their rules through the rebuild', () => {
  const path = join(folder, 'sonde.db');
  const before = migrations.findIndex(({ name }) => name === '0021_job_checks');
  migrate(path, migrations.slice(0, before));
  const old = new Database(path, { readwrite: true });
  old.exec(`
    INSERT INTO job (id, kind, user_id, state, priority, cost, attempts, max_attempts, fence,
        leased_until_ms, due_ms, idempotency_key, created_ms, ended_ms)
      VALUES ('b', 'inference', 'ann', 'running', 0, 9, 1, 3, 1, 7, 1, 'twice', 1, NULL),
        ('a', 'research', 'ann', 'done', 0, 9, 1, 3, 1, NULL, 1, NULL, 1, 2);
    INSERT INTO job_event (job_id, seq, type, data, created_ms) VALUES ('a', 1, 'note', '{}', 1);
    INSERT INTO inference (job_id, task, model, models, request, max_tokens, prompt_bound,
        input_price_micros, output_price_micros, held_micros)
      VALUES ('b', 'chat', 'm', '["m"]', '{}', 8, 1, 0, 1, 1);
    INSERT INTO inference_piece (job_id, from_seq, deltas) VALUES ('b', 1, '["Hi"]')`);
  const content = (raw: Database) => [
    ...['job', 'inference', 'inference_piece', 'job_event'].map((table) => rows(raw, table)),
    indexes(raw),
  ];
  const kept = content(old);
  old.close();

  migrate(path, migrations);
  const raw = new Database(path, { readwrite: true });
  raw.exec('PRAGMA foreign_keys = ON');
  expect(content(raw)).toEqual(kept);
  expect(raw.query('PRAGMA foreign_key_check').all()).toEqual([]);
  expect(raw.query('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  const refused = [
    "UPDATE job SET state = 'asleep' WHERE id = 'a'",
    "UPDATE inference SET task = 'sing'",
    "UPDATE job SET idempotency_key = 'twice'",
    "DELETE FROM job WHERE id = 'b'",
    "DELETE FROM inference WHERE job_id = 'b'",
  ];
  for (const sql of refused) expect(() => raw.exec(sql)).toThrow('constraint failed');
  for (const state of ['done', 'failed', 'canceled'])
    raw.query('UPDATE job SET state = ? WHERE id = ?').run(state, 'a');
  for (const task of ['run', 'chat', 'completion', 'embedding'])
    raw.query('UPDATE inference SET task = ?').run(task);
  raw.close();
});
