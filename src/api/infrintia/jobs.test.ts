import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import {
  framesOf,
  type InfrintiaWorld,
  lines,
  openInfrintia,
} from '../../../tests/support/infrintia-api';
import { wholeFrames } from './stream';

let world: InfrintiaWorld;
let host: Awaited<ReturnType<InfrintiaWorld['addHost']>>;
let ana: Awaited<ReturnType<InfrintiaWorld['addMember']>>;
let bob: Awaited<ReturnType<InfrintiaWorld['addMember']>>;
let model: string;
beforeAll(async () => {
  world = await openInfrintia();
});
beforeEach(async () => {
  const name = Bun.randomUUIDv7().slice(-12);
  model = `model ${name}`;
  [host, ana, bob] = await Promise.all([
    world.addHost({ models: [{ name: model, max_tokens: 4_096 }] }),
    world.addMember(`ana-${name}`),
    world.addMember(`bob-${name}`),
  ]);
});
afterAll(() => world.close());

const run = async (more: Record<string, unknown> = {}, headers: object = {}) =>
  ana.key.post('/run/model', { model, input_text: 'Hi?', ...more }, headers);
const running = async () => {
  const { json } = await run();
  await host.post('/hosts/next-job', {});
  return json.job_id as string;
};
const send = (id: string, from: number, deltas: string[]) =>
  host.post(`/hosts/jobs/${id}/tokens?fence=1`, lines(from, deltas));
const complete = (id: string) =>
  host.post(`/hosts/jobs/${id}/complete`, { fence: 1, finish_reason: 'stop' });
const streamed = async (id: string, headers: object = {}) =>
  framesOf((await ana.key.get(`/jobs/${id}/stream`, headers)).text);

describe('running a model', () => {
  test('reserves the most that it can cost', async () => {
    const { status, json } = await run({ max_tokens: 256 });
    expect(status).toBe(202);
    expect(json).toEqual({
      job_id: expect.stringMatching(/^job_[0-9a-f-]{36}$/),
      status: expect.stringMatching(/^(queued|running)$/),
      model,
      credits_reserved: 2.56,
      created_at: '2026-03-10T12:00:00.000Z',
    });
  });

  test('takes 128 tokens at 0.7 when it is not told', async () => {
    const { json } = await run();
    expect(json.credits_reserved).toBe(1.28);
    const job = (await host.post('/hosts/next-job', {})).json;
    expect([job.max_tokens, job.temperature]).toEqual([128, 0.7]);
  });

  test('of an unknown model is 404, and the known ones are named', async () => {
    const { status, json } = await run({ model: 'nobody/has-this' });
    expect([status, json.field]).toEqual([404, 'model']);
    expect(json.detail).toContain(model);
  });

  test('with more tokens than the model has is 400', async () => {
    const { status, json } = await run({ max_tokens: 4_097 });
    expect([status, json.field]).toEqual([400, 'max_tokens']);
  });

  test('beyond the credits is 402', async () => {
    await world.addHost({ models: ['dear'], price_per_token: 1 });
    const { status, json } = await run({ model: 'dear', max_tokens: 1_000 });
    expect([status, json.code]).toEqual([402, 'insufficient_credits']);
  });

  test('again under the same key is the same job, and for another request a conflict', async () => {
    const key = { 'idempotency-key': 'once' };
    const [first, second] = [await run({}, key), await run({}, key)];
    expect(second.json.job_id).toBe(first.json.job_id);
    expect((await run({ input_text: 'Ho?' }, key)).status).toBe(409);
  });

  test.each([
    [{ input_text: '' }, 'input_text'],
    [{ max_tokens: 0 }, 'max_tokens'],
    [{ max_tokens: 1.5 }, 'max_tokens'],
    [{ temperature: 3 }, 'temperature'],
    [{ max_price_per_token: -1 }, 'max_price_per_token'],
    [{ surprise: 1 }, 'surprise'],
  ])('refuses %j by name', async (more, field) => {
    const { status, json } = await run(more);
    expect([status, json.field]).toEqual([400, field]);
  });

  test('tells a job that waits why it does', async () => {
    await run();
    const { json } = await run({ max_price_per_token: 0.0001 });
    const shown = (await ana.key.get(`/jobs/${json.job_id}`)).json;
    expect(shown).toMatchObject({ status: 'queued', output: '', credits_used: 0, error: null });
    expect(shown.queue_position).toBeGreaterThan(0);
    expect(shown.waiting_reason).not.toBeEmpty();
  });
});

describe('the list', () => {
  test('has jobs of both kinds in one order, page by page', async () => {
    const ids = [
      (await run()).json.job_id,
      `job_${await world.askResearch(ana.id)}`,
      (await run()).json.job_id,
    ].toReversed();
    const { json } = await ana.basic.get('/jobs');
    expect(json.total).toBe(3);
    expect(json.jobs.map((job: { job_id: string }) => job.job_id)).toEqual(ids);
    expect(json.jobs[1]).toEqual({
      job_id: ids[1],
      model: 'sonde-lite',
      status: 'queued',
      credits_used: 0,
      created_at: '2026-03-10T12:00:00.000Z',
      kind: 'research',
    });
    expect(json.jobs[0]).toMatchObject({ model, kind: 'inference' });
    const page = (await ana.basic.get('/jobs?limit=1&offset=1')).json;
    expect([page.total, page.jobs[0].job_id]).toEqual([3, ids[1]]);
    expect((await bob.basic.get('/jobs')).json).toEqual({ jobs: [], total: 0 });
  });

  test('is filtered by the words of this dialect: what was canceled has failed', async () => {
    const [done, canceled] = [await running(), await world.askResearch(ana.id)];
    await send(done, 1, ['Hi']);
    await complete(done);
    await ana.basic.delete(`/jobs/${canceled}`);
    const idsOf = async (status: string) => {
      const { json } = await ana.basic.get(`/jobs?status=${status}`);
      expect(json.total).toBe(json.jobs.length);
      return json.jobs.map((job: { job_id: string }) => job.job_id);
    };
    expect(await idsOf('completed')).toEqual([done]);
    expect(await idsOf('failed')).toEqual([`job_${canceled}`]);
    expect(await idsOf('queued')).toEqual([]);
    const { status, json } = await ana.basic.get('/jobs?status=done');
    expect([status, json.field]).toEqual([400, 'status']);
  });

  test("shows a key its own research, and every job of a model of its user's", async () => {
    const [key] = await world.keys.live(ana.id);
    const other = await world.keys.create({ userId: ana.id, name: 'other' });
    await world.askResearch(ana.id, key!.id);
    await run();
    expect((await ana.key.get('/jobs')).json.total).toBe(2);
    const { json } = await world.bearer(other.plaintext).get('/jobs');
    expect(json.jobs.map((job: { kind: string }) => job.kind)).toEqual(['inference']);
    expect((await ana.basic.get('/users/me')).json.total_jobs).toBe(2);
  });
});

describe('a stream', () => {
  test('has each token under its number, then the end', async () => {
    const id = await running();
    await send(id, 1, ['Quantum', ' "comp\nuting"', ' 🦆']);
    await complete(id);
    const { text, headers } = await ana.key.get(`/jobs/${id}/stream`);
    expect(headers.get('content-type')).toStartWith('text/event-stream');
    expect(text).toContain('id: 1\ndata: {"token": "Quantum"}\n\n');
    expect(framesOf(text)).toEqual([
      { id: 1, data: '{"token": "Quantum"}' },
      { id: 2, data: '{"token": " \\"comp\\nuting\\""}' },
      { id: 3, data: '{"token": " 🦆"}' },
      { data: '[DONE]' },
    ]);
  });

  test('goes on after the last token that was seen', async () => {
    const id = await running();
    await send(id, 1, ['a', 'b', 'c']);
    await complete(id);
    const after = (seq: number) => streamed(id, { 'last-event-id': String(seq) });
    expect((await after(2)).map(({ id }) => id)).toEqual([3, undefined]);
    expect(await after(3)).toEqual([{ data: '[DONE]' }]);
    const { status, json } = await ana.key.get(`/jobs/${id}/stream`, { 'last-event-id': 'x' });
    expect([status, json.field]).toEqual([400, 'Last-Event-ID']);
  });

  test('is told tokens while they come, each batch in one piece', async () => {
    const id = await running();
    const answer = await fetch(`${world.url}/jobs/${id}/stream`, {
      headers: { authorization: ana.key.authorization },
    });
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toBe(': beat\n\n');
    await send(id, 1, ['a', 'b']);
    const batch = 'id: 1\ndata: {"token": "a"}\n\nid: 2\ndata: {"token": "b"}\n\n';
    expect((await reader.read()).value).toBe(batch);
    world.clock.advance(15_000);
    expect((await reader.read()).value).toBe(': beat\n\n');
    await complete(id);
    expect((await reader.read()).value).toBe('data: [DONE]\n\n');
    expect((await reader.read()).done).toBe(true);
  });

  test('of a canceled job says so before it ends', async () => {
    const id = await running();
    await send(id, 1, ['a']);
    await ana.key.delete(`/jobs/${id}`);
    const [token, error, done] = await streamed(id);
    expect(token?.id).toBe(1);
    expect([error?.event, JSON.parse(error!.data).detail]).toEqual([
      'error',
      'the job failed: canceled',
    ]);
    expect(done).toEqual({ data: '[DONE]' });
  });

  test('of research gives its brief when it is done', async () => {
    const id = await world.askResearch(ana.id);
    const stream = ana.basic.get(`/jobs/${id}/stream`);
    while ((await world.queue.get(id))?.state === 'queued') await world.finish(0);
    expect(framesOf((await stream).text)).toEqual([{ data: '[DONE]' }]);
  });

  test('of a text that is there as a whole has it as one token, once', () => {
    const token = { id: 1, data: '{"token": "## Brief"}' };
    expect(framesOf(wholeFrames('## Brief', 0))).toEqual([token, { data: '[DONE]' }]);
    expect(framesOf(wholeFrames('## Brief', 1))).toEqual([{ data: '[DONE]' }]);
  });
});

describe('a job of a model', () => {
  test('is found with the prefix of its id and without', async () => {
    const { job_id } = (await run()).json;
    const [shown, bare] = [
      await ana.key.get(`/jobs/${job_id}`),
      await ana.basic.get(`/jobs/${job_id.replace('job_', '')}`),
    ];
    expect([shown.status, bare.json.job_id]).toEqual([200, job_id]);
  });

  test('of another user is not there: neither shown, nor streamed, nor canceled', async () => {
    const id = await running();
    for (const path of [`/jobs/${id}`, `/jobs/${id}/stream`]) {
      expect((await bob.key.get(path)).status).toBe(404);
      expect((await world.nobody.get(path)).status).toBe(401);
    }
    expect((await bob.basic.delete(`/jobs/${id}`)).status).toBe(404);
    expect((await ana.key.get(`/jobs/${id}`)).json.status).toBe('running');
  });
});
