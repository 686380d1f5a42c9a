import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { migrations } from '../../migrations/index';
import { openResearch, question } from '../../tests/support/research';
import { openDatabase } from '../db/database';
import { migrate } from '../db/migrate';
import { DAY_MS } from '../lib/calendar';
import { createUsage, type UsageDay } from './usage';

const START_MS = Date.UTC(2026, 2, 10, 22);
const TODAY_MS = Date.UTC(2026, 2, 10);

let world: Awaited<ReturnType<typeof openResearch>>;
beforeEach(async () => {
  world = await openResearch(START_MS);
  await world.addUser('ann', 1_000_000);
  await world.addUser('bob', 1_000_000);
});
afterEach(() => world.file.close());

const submit = (userId = 'ann') => world.research.submit({ userId, key: null }, question);
const usage = (fromMs: number, toMs: number, userId = 'ann') =>
  world.research.usageByDay(userId, { fromMs, toMs });
const empty = (dayMs: number): UsageDay => ({ dayMs, jobs: 0, chargedMicros: 0, costUsdMicros: 0 });

describe('usage by day', () => {
  test('counts a job on the UTC day it was accepted, with what it was charged whenever', async () => {
    await submit();
    await submit('bob');
    world.clock.advance(3 * 3_600_000);
    await world.finish(50);
    await submit();
    expect(await usage(TODAY_MS - DAY_MS, TODAY_MS + DAY_MS)).toEqual([
      empty(TODAY_MS - DAY_MS),
      { dayMs: TODAY_MS, jobs: 1, chargedMicros: 50_000_000, costUsdMicros: 500_000 },
      { ...empty(TODAY_MS + DAY_MS), jobs: 1 },
    ]);
  });

  test('covers every day that the range touches, from the first to the last moment', async () => {
    expect(await usage(TODAY_MS, TODAY_MS)).toEqual([empty(TODAY_MS)]);
    expect(await usage(TODAY_MS - 1, TODAY_MS)).toHaveLength(2);
    expect(await usage(TODAY_MS, TODAY_MS + 366 * DAY_MS - 1)).toHaveLength(366);
    expect(usage(TODAY_MS, TODAY_MS + 366 * DAY_MS)).rejects.toThrow('may span 366 days');
    expect(usage(TODAY_MS + 1, TODAY_MS)).rejects.toMatchObject({ code: 'invalid_request' });
  });

  test('agrees with the jobs themselves after any sequence of them', async () => {
    const step = fc.record({
      hours: fc.nat({ max: 30 }),
      userId: fc.constantFrom('ann', 'bob'),
      ends: fc.constantFrom('not', 'done', 'canceled'),
      credits: fc.nat({ max: 50 }),
    });
    const raw = new Database(world.file.path, { readonly: true });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        for (const { hours, userId, ends, credits } of steps) {
          world.clock.advance(hours * 3_600_000);
          const { id } = await submit(userId);
          if (ends === 'done') await world.finish(credits);
          if (ends === 'canceled') await world.research.cancel(id, userId);
        }
        const rows = raw
          .query(`SELECT user_id, created_ms / 86400000 * 86400000 AS day_ms, count(*) AS jobs,
            sum(charged_micros) AS charged_micros, sum(cost_usd_micros) AS cost_usd_micros
            FROM research GROUP BY 1, 2 ORDER BY 1, 2`)
          .all();
        expect(raw.query('SELECT * FROM research_day ORDER BY 1, 2').all()).toEqual(rows);
      }),
      { numRuns: 10 },
    );
    raw.close();
  });
});

test('jobs from before the roll-up are in it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sonde-test-'));
  const path = join(folder, 'sonde.db');
  const before = migrations.findIndex(({ name }) => name === '0008_keys');
  migrate(path, migrations.slice(0, before));
  const old = new Database(path, { readwrite: true });
  old.exec('PRAGMA foreign_keys = OFF');
  const insert = old.query(`INSERT INTO research
    (job_id, user_id, question, mode, request, held_micros, charged_micros, cost_usd_micros,
      created_ms) VALUES (?, 'ann', 'q', 'lite', '{}', 9, ?, ?, ?)`);
  insert.run('a', 5, 1, TODAY_MS);
  insert.run('b', 7, 2, TODAY_MS + DAY_MS - 1);
  insert.run('c', 1, 0, TODAY_MS + DAY_MS);
  old.close();
  migrate(path, migrations);
  const db = openDatabase(path);
  const days = await createUsage(db).usageByDay('ann', { fromMs: TODAY_MS, toMs: TODAY_MS });
  expect(days).toEqual([{ dayMs: TODAY_MS, jobs: 2, chargedMicros: 12, costUsdMicros: 3 }]);
  await db.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a key with a spend cap', () => {
  const capped = async (credits: number) => {
    const key = await world.keys.create({ userId: 'ann', name: 'k', spendCapCredits: credits });
    return () =>
      world.research.submit({ userId: 'ann', key: { id: key.id, isCapped: true } }, question);
  };

  test('starts no job that its month cannot pay, and holds nothing for it', async () => {
    const submitByKey = await capped(120);
    await submitByKey();
    await submitByKey();
    expect(submitByKey()).rejects.toThrow('may spend 120 credits a month');
    await world.db.write(async () => {});
    expect((await world.credits.balance('ann')).heldMicros).toBe(100_000_000);
    await submit();
  });

  test('may spend again what a job did not cost, or a canceled one set aside', async () => {
    const submitByKey = await capped(100);
    const first = await submitByKey();
    await submitByKey();
    await world.research.cancel(first.id, 'ann');
    await submitByKey();
    expect(submitByKey()).rejects.toMatchObject({ code: 'insufficient_credits' });
    await world.finish(0);
    await submitByKey();
    await world.finish(50);
    expect(submitByKey()).rejects.toMatchObject({ code: 'insufficient_credits' });
  });

  test('is not charged twice for a repeated request', async () => {
    const key = await world.keys.create({ userId: 'ann', name: 'k', spendCapCredits: 50 });
    const asker = { userId: 'ann', key: { id: key.id, isCapped: true } };
    const first = await world.research.submit(asker, question, 'same');
    expect(await world.research.submit(asker, question, 'same')).toEqual({
      id: first.id,
      existing: true,
    });
  });
});
