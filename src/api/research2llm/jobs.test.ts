import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { openJobApi } from '../../../tests/support/job-api';

const NOW_MS = Date.UTC(2026, 2, 10);
const NOBODY = '00000000-0000-7000-8000-000000000000';
const BRIDGE = 'How long is the Vessby bridge?';
const ANSWER = 'The Vessby bridge is 412 metres long. It was opened in 1961.';

type Api = Awaited<ReturnType<typeof openJobApi>>;
let api: Api;
let key: { 'x-api-key': string };
beforeEach(async () => {
  api = await openJobApi(NOW_MS);
  await api.addUser('ann', 100_000);
  key = await api.newKey('ann');
});
afterEach(() => api.file.close());

const seeded = (more: Record<string, unknown> = {}) => ({
  type: 'research',
  payload: { topic: BRIDGE, seed_sources: [{ text: ANSWER }], ...more },
});

async function submitted(body: unknown = seeded(), by: Record<string, string> = key) {
  const { status, body: answer } = await api.call('POST', '/jobs', by, body);
  expect([status, answer.status]).toEqual([202, 'queued']);
  return answer.job_id as string;
}

const shown = (id: string, by: Record<string, string> = key) => api.call('GET', `/jobs/${id}`, by);

describe('a job', () => {
  test('is queued, then done with findings that cite their sources', async () => {
    const id = await submitted();
    expect((await shown(id)).body).toEqual({
      job_id: id,
      type: 'research',
      status: 'queued',
      result_ref: null,
      error_message: null,
      callback_url: null,
      callback_status: null,
      created_at: '2026-03-10T00:00:00.000Z',
      started_at: null,
      finished_at: null,
    });

    const [claimed] = await api.queue.claim('research', 1, 30_000);
    expect((await shown(id)).body).toMatchObject({ status: 'running', result_ref: null });
    if (claimed) await api.runner.perform(claimed);

    const { body } = await shown(id);
    expect(body).toMatchObject({
      status: 'done',
      error_message: null,
      started_at: '2026-03-10T00:00:00.000Z',
      finished_at: '2026-03-10T00:00:00.000Z',
    });
    const { plan, findings, sources, stats, artifacts } = body.result_ref;
    expect(plan.sub_questions).toEqual([BRIDGE]);
    expect(findings[0]).toMatchObject({
      id: 'f0',
      text: 'The Vessby bridge is 412 metres long.',
      status: 'reported',
      citations: ['src_1'],
    });
    expect(findings[0].confidence).toBeGreaterThan(0);
    expect(findings[0].confidence).toBeLessThan(1);
    expect(findings[0].context).toContain('2026-03-10');
    const [quote] = findings[0].quotes;
    expect(ANSWER.slice(quote.start, quote.end)).toBe(quote.text);
    expect(sources).toEqual([
      {
        id: 'src_1',
        url: expect.stringMatching(/^urn:sha256:/),
        title: expect.any(String),
        kind: 'seed',
        channel: 'seed',
        trust_score: expect.any(Number),
        opt_out_tier: expect.any(Number),
        fetched: true,
        content_file_id: null,
        content_kind: null,
      },
    ]);
    expect(stats).toMatchObject({
      rounds: expect.any(Number),
      sources_scraped: 1,
      tokens: 0,
      cost_usd: 2,
      serper_calls: 0,
      stop_reason: 'complete',
    });
    const learned = await api.call('GET', `/files/${artifacts.raw_learnings_file_id}`, key);
    expect(learned.status).toBe(200);
    expect(learned.body.findings[0].text).toBe('The Vessby bridge is 412 metres long.');
  });

  test('that finds nothing says what was asked, as a finding without enough information', async () => {
    const id = await submitted({ type: 'research', payload: { topic: BRIDGE } });
    await api.perform();
    const { findings, stats } = (await shown(id)).body.result_ref;
    expect(findings).toMatchObject([{ status: 'NEI', text: BRIDGE, citations: [], confidence: 0 }]);
    expect(findings[0].context).toContain('0 found, 0 left unread');
    expect(stats.stop_reason).toBe('no_progress');
  });

  test('that is canceled is failed, with that as its reason', async () => {
    const id = await submitted();
    await api.research.cancel(id, 'ann');
    expect((await shown(id)).body).toMatchObject({
      status: 'failed',
      error_message: 'canceled',
      result_ref: null,
    });
  });

  test('is the same job when its Idempotency-Key is sent again, and 409 for another', async () => {
    const by = { ...key, 'idempotency-key': 'once' };
    const id = await submitted(seeded(), by);
    expect(await submitted(seeded(), by)).toBe(id);
    expect((await api.call('POST', '/jobs', by, seeded({ budget: 'low' }))).status).toBe(409);
    expect((await api.credits.balance('ann')).heldMicros).toBe(200_000_000);
  });

  test('belongs to the key that made it: to any other it is not there, nor are its files', async () => {
    const id = await submitted();
    await api.perform();
    const other = await api.newKey('ann');
    await api.addUser('bob', 0);
    const strangers = [other, await api.newKey('bob'), await api.signIn('bob')];
    const unknown = (await shown(NOBODY)).body;
    for (const by of strangers) {
      const { status, body } = await shown(id, by);
      expect(status).toBe(404);
      expect(body).toEqual({ ...unknown, detail: unknown.detail.replace(NOBODY, id) });
      expect((await api.call('GET', `/files/${id}-learnings`, by)).status).toBe(404);
    }
    expect((await shown('abc-123')).status).toBe(404);
    for (const file of ['x', `${id}-1`, `${NOBODY}-learnings`]) {
      expect((await api.call('GET', `/files/${file}`, key)).status).toBe(404);
    }
  });
});

describe('who may', () => {
  test('a key as bearer, and one of the other dialect, does as well', async () => {
    const bearer = { authorization: `Bearer ${key['x-api-key']}` };
    const { plaintext } = await api.keys.create({ userId: 'ann', name: 'live' });
    expect((await shown(await submitted(seeded(), bearer), key)).status).toBe(200);
    const id = await submitted(seeded(), { 'x-api-key': plaintext });
    expect((await shown(id, { authorization: `Bearer ${plaintext}` })).status).toBe(200);
  });

  test('a signed-in user’s job goes to a key of theirs, without one it is 400', async () => {
    const ann = await api.signIn('ann');
    const id = await submitted(seeded(), ann);
    expect((await shown(id, key)).status).toBe(200);
    expect((await shown(id, ann)).status).toBe(200);

    await api.addUser('bob', 1_000);
    const none = await api.call('POST', '/jobs', await api.signIn('bob'), seeded());
    expect([none.status, none.body.detail]).toEqual([
      400,
      expect.stringContaining('POST /me/keys'),
    ]);
  });

  test('no key, an unknown one, a revoked one and a bad token are 401', async () => {
    const [live] = await api.keys.live('ann');
    await api.keys.revoke(live?.id ?? '', 'ann');
    const wrong: Record<string, string>[] = [
      {},
      { 'x-api-key': `r2l_${'0'.repeat(40)}` },
      { authorization: 'Bearer a.b.c' },
      { authorization: 'Bearer nonsense' },
      key,
    ];
    for (const by of wrong) {
      expect((await api.call('POST', '/jobs', by, seeded())).status).toBe(401);
      expect((await shown(NOBODY, by)).status).toBe(401);
      expect((await api.call('GET', `/files/${NOBODY}-1`, by)).status).toBe(401);
    }
  });

  test('an account that is pending starts no job', async () => {
    await api.addUser('eve', 1_000, 'pending');
    const { status } = await api.call('POST', '/jobs', await api.signIn('eve'), seeded());
    expect(status).toBe(403);
  });

  test('a user without credits gets 402', async () => {
    await api.addUser('poor', 199);
    const by = await api.newKey('poor');
    expect((await api.call('POST', '/jobs', by, seeded())).status).toBe(402);
    await submitted(seeded({ budget: 'low' }), by);
  });
});

describe('a request', () => {
  test('of another type is 400, whatever its payload', async () => {
    const { status, body } = await api.call('POST', '/jobs', key, { type: 'scrape', payload: 7 });
    expect([status, body.field]).toEqual([400, 'type']);
  });

  const payload = (fields: Record<string, unknown>) => seeded(fields);
  test.each([
    [{}, 'type'],
    [{ ...seeded(), type: 7 }, 'type'],
    [{ type: 'research' }, 'payload'],
    [{ type: 'research', payload: {} }, 'payload/topic'],
    [{ ...seeded(), webhook: 'x' }, 'webhook'],
    [payload({ topic: ' a ' }), 'payload/topic'],
    [payload({ topic: 'x'.repeat(4_001) }), 'payload/topic'],
    [payload({ depth: 3 }), 'payload/depth'],
    [payload({ budget: 'huge' }), 'payload/budget'],
    [payload({ preset: 'sports' }), 'payload/preset'],
    [payload({ language: 'polish' }), 'payload/language'],
    [payload({ posture: 'wide' }), 'payload/posture'],
    [payload({ max_cost_usd: 0 }), 'payload/max_cost_usd'],
    [payload({ max_cost_usd: -1 }), 'payload/max_cost_usd'],
    [payload({ max_cost_usd: '5' }), 'payload/max_cost_usd'],
    [payload({ sub_questions: 'one' }), 'payload/sub_questions'],
    [payload({ sub_questions: ['  '] }), 'payload/sub_questions/0'],
    [payload({ seed_sources: [{ url: 'ftp://example.com' }] }), 'payload/seed_sources/0'],
    [payload({ seed_sources: [{ url: 'https://' }] }), 'payload/seed_sources/0'],
    [payload({ seed_sources: [{ text: '' }] }), 'payload/seed_sources/0'],
    [
      payload({ seed_sources: [{ text: 'a', url: 'https://a.example' }] }),
      'payload/seed_sources/0',
    ],
    [payload({ search: { depth: 1 } }), 'payload/search/depth'],
    [payload({ search: { results_per_query: 0 } }), 'payload/search/results_per_query'],
    [payload({ search: { results_per_query: 2.5 } }), 'payload/search/results_per_query'],
    [payload({ search: { freshness: 'week' } }), 'payload/search/freshness'],
    [payload({ search: { channel: 'radio' } }), 'payload/search/channel'],
    [payload({ search: { site_include: ['no host'] } }), 'payload/search/site_include/0'],
    [payload({ return_source_content: 'pdf' }), 'payload/return_source_content'],
    [{ ...seeded(), callback_url: 7 }, 'callback_url'],
    ['{"type":', undefined],
    ['7', 'body'],
  ])('that is malformed is 422 and names the field: %j', async (body, field) => {
    const answer = await api.call('POST', '/jobs', key, body);
    expect([answer.status, answer.body.field]).toEqual([422, field]);
  });

  test.each([
    'http://127.0.0.1/hook',
    'http://[::1]/hook',
    'http://2130706433/',
    'http://10.1.2.3/hook',
    'http://169.254.169.254/latest/meta-data',
    'http://localhost:8080/',
    'https://inside.example.com/',
    'https://metadata.google.internal/',
    'http://intranet/',
    'https://user:secret@hooks.example.com/',
    'ftp://hooks.example.com/',
    'file:///etc/passwd',
    'nonsense',
  ])('whose callback_url is unsafe is 400: %s', async (callback_url) => {
    const { status, body } = await api.call('POST', '/jobs', key, { ...seeded(), callback_url });
    expect([status, body.field]).toEqual([400, 'callback_url']);
    expect((await api.credits.balance('ann')).heldMicros).toBe(0);
  });

  test.each(['https://hooks.example.com/x?y=1', 'https://no-such-name.example.com/'])(
    'whose callback_url is safe has it recorded, and says that nothing was delivered: %s',
    async (callback_url) => {
      const id = await submitted({ ...seeded(), callback_url });
      await api.perform();
      expect((await shown(id)).body).toMatchObject({ callback_url, callback_status: 'pending' });
    },
  );
});
