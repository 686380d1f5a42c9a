import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import {
  framesOf,
  type InfrintiaWorld,
  lines,
  openInfrintia,
} from '../../../tests/support/infrintia-api';

const NOBODY = 'job_00000000-0000-7000-8000-000000000000';

let world: InfrintiaWorld;
let host: Awaited<ReturnType<InfrintiaWorld['addHost']>>;
let ana: Awaited<ReturnType<InfrintiaWorld['addMember']>>;
let model: string;
beforeAll(async () => {
  world = await openInfrintia();
  ana = await world.addMember('ana');
});
beforeEach(async () => {
  // Of its own, so that no test's jobs go to another's host.
  model = `model ${Bun.randomUUIDv7()}`;
  host = await world.addHost({ models: [model] });
});
afterAll(() => world.close());

const run = async (more: Record<string, unknown> = {}) =>
  (await ana.key.post('/run/model', { model, input_text: 'Hi?', ...more })).json;
const assigned = async (by = host) => {
  await run();
  return (await by.post('/hosts/next-job', { host_id: by.id })).json;
};
const send = (job: { job_id: string; fence: number }, body: string, by = host) =>
  by.post(`/hosts/jobs/${job.job_id}/tokens?fence=${job.fence}`, body);
const complete = (job: { job_id: string; fence: number }, more: Record<string, unknown> = {}) =>
  host.post(`/hosts/jobs/${job.job_id}/complete`, {
    fence: job.fence,
    finish_reason: 'stop',
    ...more,
  });

describe('next-job', () => {
  test('is 204 while there is none, and the job once there is one', async () => {
    const none = await host.post('/hosts/next-job', { host_id: host.id });
    expect([none.status, none.text]).toEqual([204, '']);
    const { job_id } = await run({ max_tokens: 256, temperature: 0.5 });
    const { status, json } = await host.post('/hosts/next-job', { host_id: host.id });
    expect(status).toBe(200);
    expect(json).toEqual({
      job_id,
      model,
      input_text: 'Hi?',
      max_tokens: 256,
      temperature: 0.5,
      fence: 1,
      lease_ms: expect.any(Number),
      next_seq: 1,
      accepted_text: '',
      task: 'run',
      messages: [],
      inputs: [],
      parameters: { temperature: 0.5 },
    });
  });

  test('waits for a job that comes later', async () => {
    const waiting = host.post('/hosts/next-job?wait=25', {});
    await world.nobody.get('/health');
    const { job_id } = await run();
    expect((await waiting).json.job_id).toBe(job_id);
  });

  test('with max answers a list, empty too', async () => {
    const many = await world.addHost({ slots: 3, models: ['many'] });
    expect((await many.post('/hosts/next-job?max=2', {})).json).toEqual({ jobs: [] });
    for (let n = 0; n < 3; n += 1) await run({ model: 'many' });
    const taken = await many.post('/hosts/next-job?max=2', {});
    expect(taken.json.jobs).toHaveLength(2);
  });

  test('takes an absent body, and the id with or without its prefix', async () => {
    expect((await host.post('/hosts/next-job')).status).toBe(204);
    const bare = host.id.replace('host_', '');
    expect((await host.post('/hosts/next-job', { host_id: bare })).status).toBe(204);
  });

  test('gives a chat its messages, and as plain text too', async () => {
    await world.hosts.inference.submit({ userId: ana.id, key: null }, { ...chat, model }, null);
    const { json } = await host.post('/hosts/next-job', {});
    expect(json.messages).toEqual(chat.messages);
    expect(json.input_text).toContain('Be brief.');
    expect(json.temperature).toBe(0.7);
  });

  test.each(['wait=56', 'wait=-1', 'wait=x', 'wait=', 'max=0', 'max=1.5', 'max=257'])(
    'refuses %s by name',
    async (query) => {
      const { status, json } = await host.post(`/hosts/next-job?${query}`, {});
      expect([status, json.field]).toEqual([400, query.split('=')[0]]);
    },
  );
});

const chat = {
  task: 'chat' as const,
  inputText: '',
  messages: [
    { role: 'system' as const, content: 'Be brief.' },
    { role: 'user' as const, content: [{ type: 'text', text: 'Hi?' }] },
  ],
  inputs: [],
  maxTokens: 16,
  parameters: {},
  maxPricePerToken: null,
};

describe('tokens', () => {
  test('are acknowledged, and a repetition of them changes nothing', async () => {
    const job = await assigned();
    expect((await send(job, lines(1, ['Hel', 'lo']))).json).toEqual({ ack_seq: 2, cancel: false });
    expect((await send(job, `${lines(2, ['lo', '!'])}\r\n\n`)).json.ack_seq).toBe(3);
    expect((await ana.key.get(`/jobs/${job.job_id}`)).json.output).toBe('Hello!');
  });

  test('with a gap are refused', async () => {
    const job = await assigned();
    expect((await send(job, lines(2, ['late']))).status).toBe(422);
  });

  test('of another fence, of another host and of no job are told apart', async () => {
    const job = await assigned();
    const other = await world.addHost();
    expect((await send({ ...job, fence: 9 }, lines(1, ['x']))).status).toBe(409);
    expect((await send(job, lines(1, ['x']), other)).status).toBe(409);
    expect((await send({ job_id: NOBODY, fence: 1 }, lines(1, ['x']))).status).toBe(404);
    expect((await send({ job_id: 'job_7', fence: 1 }, lines(1, ['x']))).status).toBe(404);
  });

  test.each([
    ['no JSON', '{"seq":1,"delta":"a"'],
    ['a number for a text', '{"seq":1,"delta":1}'],
    ['seq 0', '{"seq":0,"delta":"a"}'],
    ['seq 1.5', '{"seq":1.5,"delta":"a"}'],
    ['null', 'null'],
    ['a list', '[1]'],
    ['a deep line', '['.repeat(5_000)],
    ['a long delta', JSON.stringify({ seq: 1, delta: 'x'.repeat(65_537) })],
    ['a long delta in bytes', JSON.stringify({ seq: 1, delta: '€'.repeat(22_000) })],
  ])('of %s are refused', async (_, body) => {
    const { status, json } = await send(await assigned(), body);
    expect([status, json.code]).toEqual([400, 'invalid_request']);
  });

  test('over 1 MiB or 10,000 lines are too many', async () => {
    const job = await assigned();
    expect((await send(job, `{"seq":1,"delta":"${'x'.repeat(1_048_576)}"}`)).status).toBe(413);
    const many = Array.from({ length: 10_001 }, () => '{"seq":1,"delta":"a"}').join('\n');
    expect((await send(job, many)).status).toBe(413);
  });

  test('need a fence', async () => {
    const { job_id } = await assigned();
    const { status, json } = await host.post(`/hosts/jobs/${job_id}/tokens`, lines(1, ['a']));
    expect([status, json.field]).toEqual([400, 'fence']);
  });
});

describe('the end of a job', () => {
  test('may come with the last tokens, and be repeated', async () => {
    const job = await assigned();
    await send(job, lines(1, ['Hel']));
    const tokens = [{ seq: 2, delta: 'lo' }];
    const usage = { prompt_tokens: 2, completion_tokens: 2 };
    expect((await complete(job, { tokens, usage })).json).toEqual({ status: 'completed' });
    expect((await complete(job, { tokens, usage })).status).toBe(200);
    const { json } = await ana.key.get(`/jobs/${job.job_id}`);
    expect(json).toMatchObject({
      status: 'completed',
      output: 'Hello',
      completion_tokens: 2,
      credits_used: 0.02,
      finish_reason: 'stop',
    });
    expect((await send(job, lines(3, ['late']))).json.cancel).toBe(true);
  });

  test.each([
    [{ finish_reason: 'tired' }, 'finish_reason'],
    [{ fence: 'one' }, 'fence'],
    [{ tokens: {} }, 'tokens'],
    [{ usage: { prompt_tokens: -1 } }, 'usage/prompt_tokens'],
    [{ tool_calls: 'none' }, 'tool_calls'],
    [{ embeddings: [['a']] }, 'embeddings'],
  ])('refuses %j by name', async (more, field) => {
    const { status, json } = await complete(await assigned(), more);
    expect([status, json.field]).toEqual([400, field]);
  });

  test('is a failure that every host would have, when the host says so', async () => {
    const job = await assigned();
    const failure = { fence: job.fence, error: 'too long a prompt', retryable: false };
    const { json } = await host.post(`/hosts/jobs/${job.job_id}/fail`, failure);
    expect(json).toEqual({ status: 'recorded' });
    const shown = (await ana.key.get(`/jobs/${job.job_id}`)).json;
    expect(shown).toMatchObject({ status: 'failed', credits_used: 0 });
    expect(shown.error).toContain('too long a prompt');
    const { text } = await ana.key.get(`/jobs/${job.job_id}/stream`);
    const [error, done] = framesOf(text);
    expect(error?.event).toBe('error');
    expect(JSON.parse(error!.data).detail).toContain('too long a prompt');
    expect(done).toEqual({ data: '[DONE]' });
  });

  test('is what a renewal that waits tells at once', async () => {
    const job = await assigned();
    const renewal = { fence: job.fence, wait: 30 };
    const waiting = host.post(`/hosts/jobs/${job.job_id}/renew`, renewal);
    const renewed = await host.post(`/hosts/jobs/${job.job_id}/renew`, { fence: job.fence });
    expect(renewed.json).toEqual({ ack_seq: 0, cancel: false });
    expect((await ana.key.delete(`/jobs/${job.job_id}`)).json).toMatchObject({
      status: 'failed',
      error: 'canceled',
    });
    expect((await waiting).json.cancel).toBe(true);
  });
});

describe('the ends of several jobs', () => {
  const end = (job: { job_id: string; fence: number }, more: Record<string, unknown> = {}) => ({
    job_id: job.job_id,
    fence: job.fence,
    finish_reason: 'stop',
    tokens: [{ seq: 1, delta: 'Hi' }],
    ...more,
  });
  const shown = async ({ job_id }: { job_id: string }) =>
    (await ana.key.get(`/jobs/${job_id}`)).json;
  const takeTwo = async () => {
    const many = await world.addHost({ slots: 2, models: [`${model}/2`] });
    for (let n = 0; n < 2; n += 1) await run({ model: `${model}/2` });
    const [first, second] = (await many.post('/hosts/next-job?max=2', {})).json.jobs;
    return { many, first, second };
  };

  test('are told in one request, in their order, and it may be repeated', async () => {
    const { many, first, second } = await takeTwo();
    const body = { host_id: many.id, jobs: [end(second), end(first)] };
    for (let time = 0; time < 2; time += 1) {
      expect((await many.post('/hosts/complete', body)).json).toEqual({
        jobs: [
          { job_id: second.job_id, status: 'completed' },
          { job_id: first.job_id, status: 'completed' },
        ],
      });
    }
    for (const job of [first, second])
      expect(await shown(job)).toMatchObject({ status: 'completed', credits_used: 0.01 });
    expect(await world.credits.check()).toEqual([]);
  });

  test('of which one is named twice are billed once', async () => {
    const job = await assigned();
    const { json } = await host.post('/hosts/complete', { jobs: [end(job), end(job)] });
    expect(json.jobs.map(({ status }: { status: string }) => status)).toEqual([
      'completed',
      'completed',
    ]);
    expect(await shown(job)).toMatchObject({ output: 'Hi', credits_used: 0.01 });
  });

  test.each([
    ['of another fence', { fence: 9 }, 409, 'fence'],
    ['of no job', { job_id: NOBODY }, 404, undefined],
    ['of what cannot be a job', { job_id: 7 }, 400, 'job_id'],
    ['with a gap', { tokens: [{ seq: 2, delta: 'late' }] }, 422, 'seq'],
    ['without a reason', { finish_reason: 'tired' }, 400, 'finish_reason'],
  ])('%s are refused, and the others are not', async (_, more, status, field) => {
    const { many, first, second } = await takeTwo();
    const refused = end(first, more);
    const answer = await many.post('/hosts/complete', { jobs: [refused, end(second)] });
    expect(answer.status).toBe(200);
    const shownId = typeof refused.job_id === 'string' ? refused.job_id : null;
    expect(answer.json.jobs).toEqual([
      { job_id: shownId, status: 'refused', problem: expect.objectContaining({ status }) },
      { job_id: second.job_id, status: 'completed' },
    ]);
    if (field) expect(answer.json.jobs[0].problem.field).toBe(field);
    expect(await shown(first)).toMatchObject({ status: 'running', output: '' });
    expect(await shown(second)).toMatchObject({ status: 'completed', output: 'Hi' });
  });

  test('that another host has are refused', async () => {
    const job = await assigned();
    const other = await world.addHost();
    const { json } = await other.post('/hosts/complete', { jobs: [end(job), null] });
    expect(json.jobs).toMatchObject([
      { job_id: job.job_id, status: 'refused', problem: { status: 409 } },
      { job_id: null, status: 'refused', problem: { status: 400, field: 'jobs' } },
    ]);
    expect(await shown(job)).toMatchObject({ status: 'running' });
  });

  test('are nobody’s once the host is disabled', async () => {
    const job = await assigned();
    await world.hosts.registry.setState(host.id.replace('host_', ''), 'disabled');
    expect((await host.post('/hosts/complete', { jobs: [end(job)] })).status).toBe(401);
    expect(await shown(job)).toMatchObject({ status: 'running' });
  });

  test.each([
    ['no list', { jobs: {} }],
    ['none', {}],
    ['too many', { jobs: Array.from({ length: 257 }, () => null) }],
  ])('are refused as a whole when they are %s', async (_, body) => {
    const { status, json } = await host.post('/hosts/complete', body);
    expect([status, json.field]).toEqual([400, 'jobs']);
  });
});

describe('a host key', () => {
  const routes = [
    '/hosts/complete',
    '/hosts/heartbeat',
    '/hosts/next-job',
    '/hosts/drain',
    `/hosts/jobs/${NOBODY}/tokens?fence=1`,
    `/hosts/jobs/${NOBODY}/complete`,
    `/hosts/jobs/${NOBODY}/fail`,
    `/hosts/jobs/${NOBODY}/renew`,
  ];

  test.each(routes)('alone opens %s', async (path) => {
    for (const who of [world.nobody, ana.key, ana.basic, world.bearer('hk_live_unknown')]) {
      const { status, headers } = await who.post(path, {});
      expect([status, headers.has('www-authenticate')]).toEqual([401, true]);
    }
  });

  test('is good for its own host only', async () => {
    const other = await world.addHost();
    for (const path of ['/hosts/heartbeat', '/hosts/next-job', '/hosts/complete', '/hosts/drain']) {
      const { status, json } = await host.post(path, { host_id: other.id });
      expect([status, json.field]).toEqual([403, 'host_id']);
    }
  });

  test('is dead when the host is disabled', async () => {
    await world.hosts.registry.setState(host.id.replace('host_', ''), 'disabled');
    expect((await host.post('/hosts/next-job', {})).status).toBe(401);
  });
});
