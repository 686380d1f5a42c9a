import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { openAccountApi } from '../../../tests/support/account-api';
import { question } from '../../../tests/support/research';
import { DAY_MS } from '../../lib/calendar';

const NOW_MS = Date.UTC(2026, 2, 10, 12);

let api: Awaited<ReturnType<typeof openAccountApi>>;
let ann: string;
beforeEach(async () => {
  api = await openAccountApi(NOW_MS);
  await api.addUser('ann', 10_000);
  await api.addUser('bob', 10_000);
  ann = await api.signIn('ann');
});
afterEach(() => api.file.close());

const submit = (text: string, userId = 'ann') =>
  api.research.submit({ userId, key: null }, { ...question, question: text });
const get = (path: string) => api.call('GET', path, ann);

describe('/api/dashboard/usage', () => {
  test('without a range is today and the 29 days before it', async () => {
    await submit('one');
    await submit('another');
    await submit('not hers', 'bob');
    await api.finish(49.5);
    const { status, body } = await get('/api/dashboard/usage');
    expect(status).toBe(200);
    expect(body).toHaveLength(30);
    expect(body[0]).toEqual({
      day: new Date(NOW_MS - 29 * DAY_MS).toISOString().replace('T12', 'T00'),
      credits: 0,
      jobs: 0,
      cost_usd_micros: 0,
    });
    expect(body[29]).toEqual({
      day: '2026-03-10T00:00:00.000Z',
      credits: 49,
      jobs: 2,
      cost_usd_micros: 495_000,
    });
  });

  test('of a range has every day of it', async () => {
    const { body } = await get(
      '/api/dashboard/usage?from=2026-03-01T23:59:59Z&to=2026-03-03T00:00:00Z',
    );
    expect(body.map((bucket: { day: string }) => bucket.day.slice(0, 10))).toEqual([
      '2026-03-01',
      '2026-03-02',
      '2026-03-03',
    ]);
  });

  test.each([
    ['from=yesterday', 'from'],
    ['to=2026-02-30', 'to'],
    ['from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z', 'from'],
    ['from=2025-01-01T00:00:00Z&to=2026-01-02T00:00:00Z', 'from'],
  ])('refuses %s', async (query, field) => {
    expect(await get(`/api/dashboard/usage?${query}`)).toMatchObject({
      status: 400,
      body: { field },
    });
  });
});

describe('/api/dashboard/recent', () => {
  test('has the newest ten of one user', async () => {
    for (let n = 1; n <= 11; n++) await submit(`question ${n}`);
    await submit('not hers', 'bob');
    const { body } = await get('/api/dashboard/recent');
    expect(body.map((job: { question: string }) => job.question)).toEqual(
      Array.from({ length: 10 }, (_, index) => `question ${11 - index}`),
    );
    expect(body[0]).toEqual({
      id: expect.any(String),
      created_at: '2026-03-10T12:00:00.000Z',
      status: 'pending',
      question: 'question 11',
      credits_charged: 0,
      latency_ms: null,
    });
  });
});

describe('/api/logs', () => {
  test('are newest first, in pages', async () => {
    for (const text of ['first', 'second', 'third']) await submit(text);
    const questions = async (query: string) =>
      (await get(`/api/logs?${query}`)).body.map((row: { question: string }) => row.question);
    expect(await questions('')).toEqual(['third', 'second', 'first']);
    expect(await questions('limit=2')).toEqual(['third', 'second']);
    expect(await questions('limit=2&offset=2')).toEqual(['first']);
    expect(await questions('offset=3&anonymize=false')).toEqual([]);
  });

  test('anonymized say neither the question nor a part of it, but which are the same', async () => {
    for (const text of ['why me', 'why me', 'why not me']) await submit(text);
    await submit('why me', 'bob');
    const placeholders = async (token: string) => {
      const { body } = await api.call('GET', '/api/logs?anonymize=true', token);
      return body.map((row: { question: string }) => row.question) as string[];
    };
    const [other, again, first] = await placeholders(ann);
    expect(first).toMatch(/^question [0-9a-f]{12}$/);
    expect(again).toBe(first!);
    expect(other).not.toBe(first!);
    expect(await placeholders(ann)).toEqual([other!, again!, first!]);
    expect((await placeholders(await api.signIn('bob')))[0]).not.toBe(first!);
  });

  test('have what the contract has', async () => {
    await submit('only');
    api.clock.advance(1_500);
    await api.finish(50);
    expect((await get('/api/logs')).body).toEqual([
      {
        id: expect.any(String),
        created_at: '2026-03-10T12:00:00.000Z',
        status: 'completed',
        question: 'only',
        mode: 'lite',
        credits_charged: 50,
        cost_usd_micros: 500_000,
        latency_ms: 1_500,
        source_count: 0,
        wave_count: 0,
      },
    ]);
  });

  test.each(['limit=0', 'limit=201', 'limit=1.5', 'offset=-1', 'offset=x', 'anonymize=maybe'])(
    'refuse %s',
    async (query) => {
      expect((await get(`/api/logs?${query}`)).status).toBe(400);
    },
  );
});

test('the balance of a user is that of the user’s keys', async () => {
  const { plaintext } = await api.keys.create({ userId: 'ann', name: 'k' });
  await submit('held');
  const byToken = await get('/api/credits/balance');
  expect(byToken).toEqual({
    status: 200,
    body: {
      credits: 9_950,
      usd: '99.50',
      credits_micros: 9_950_000_000,
      held_micros: 50_000_000,
    },
  });
  expect(await api.call('GET', '/v1/credits', plaintext)).toEqual(byToken);
});

test('what is for users who are signed in is 401 for a key', async () => {
  const { plaintext } = await api.keys.create({ userId: 'ann', name: 'k' });
  for (const path of [
    '/api/dashboard/usage',
    '/api/dashboard/recent',
    '/api/logs',
    '/api/credits/balance',
  ]) {
    expect([path, (await api.call('GET', path, plaintext)).status]).toEqual([path, 401]);
    expect([path, (await api.call('GET', path)).status]).toEqual([path, 401]);
  }
});
