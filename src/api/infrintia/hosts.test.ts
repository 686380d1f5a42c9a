import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { type InfrintiaWorld, LLAMA, openInfrintia } from '../../../tests/support/infrintia-api';

let world: InfrintiaWorld;
beforeEach(async () => {
  world = await openInfrintia({ perMinute: 20 });
});
afterEach(() => world.close());

const gpu = {
  gpu: 'NVIDIA A100 80GB',
  models: [LLAMA],
  price_per_token: 0.00012,
  backend: 'huggingface',
  endpoint_url: 'https://my-gpu-host.example.com/infer',
};
const register = (more: object = {}, who: Pick<InfrintiaWorld['nobody'], 'post'> = world.nobody) =>
  who.post('/hosts/register', { ...gpu, ...more });
const listed = async () => (await world.nobody.get('/hosts')).json.hosts;

describe('registering a host', () => {
  test('with credentials makes it active, and shows it to everybody without its secrets', async () => {
    const ana = await world.addMember('ana');
    const { status, json } = await register({ endpoint_key: 'sesame' }, ana.basic);
    expect(status).toBe(201);
    expect(json).toEqual({
      host_id: expect.stringMatching(/^host_[0-9a-f-]{36}$/),
      status: 'active',
      api_key: expect.stringMatching(/^hk_live_/),
    });
    expect(await listed()).toEqual([
      {
        host_id: json.host_id,
        gpu: gpu.gpu,
        status: 'active',
        models: [LLAMA],
        price_per_token: 0.00012,
        backend: 'huggingface',
        alive: false,
        price_per_prompt_token: 0,
        features: [],
        slots: 1,
        available_models: [LLAMA],
      },
    ]);
  });

  test('by nobody leaves it waiting for an admin, who approves it', async () => {
    const { json } = await register();
    expect(json.status).toBe('pending');
    const host = world.bearer(json.api_key);
    expect((await host.post('/hosts/heartbeat', {})).json).toEqual({
      status: 'acknowledged',
      host_status: 'pending',
    });
    expect((await world.nobody.get('/models')).json.models).toEqual([]);
    const { basic } = await world.addAdmin();
    const { status } = await basic.put(`/admin/hosts/${json.host_id}/state`, { state: 'active' });
    expect(status).toBe(200);
    expect((await host.post('/hosts/heartbeat', {})).json.host_status).toBe('active');
  });

  test('with a join token makes it active, as often as the token says', async () => {
    const { token } = await world.addAdmin();
    const { status, json } = await token.post('/admin/hosts/join-tokens', { life_hours: 2 });
    expect(status).toBe(201);
    expect(json).toEqual({
      join_token: expect.any(String),
      expires_at: '2026-03-10T14:00:00.000Z',
      uses: 1,
    });
    const { join_token } = json;
    expect((await register({ join_token })).json.status).toBe('active');
    const again = await register({ join_token });
    expect([again.status, again.json.field]).toEqual([403, 'join_token']);
  });

  test('with credentials that are wrong is refused, and not anonymous', async () => {
    expect((await register({}, world.bearer('inf_live_wrong'))).status).toBe(401);
    expect((await register({}, world.basic('nobody'))).status).toBe(401);
    expect(await listed()).toEqual([]);
  });

  test('by nobody is limited for each address', async () => {
    const statuses = [];
    for (let n = 0; n < 21; n += 1) statuses.push((await register()).status);
    expect(statuses.slice(-2)).toEqual([201, 429]);
  });

  test.each([
    [{ gpu: ' ' }, 'gpu'],
    [{ models: [] }, 'models'],
    [{ models: [7] }, 'models/0'],
    [{ models: [{ name: 'm', max_tokens: 0 }] }, 'models/0'],
    [{ price_per_token: -1 }, 'price_per_token'],
    [{ price_per_token: 'free' }, 'price_per_token'],
    [{ price_per_token: 1.01 }, 'price_per_token'],
    [{ price_per_prompt_token: 1.01 }, 'price_per_prompt_token'],
    [{ backend: 'abacus' }, 'backend'],
    [{ slots: 257 }, 'slots'],
    [{ features: ['telepathy'] }, 'features/0'],
    [{ surprise: 1 }, 'surprise'],
  ])('refuses %j by name', async (more, field) => {
    const { status, json } = await register(more);
    expect([status, json.field]).toEqual([400, field]);
  });
});

describe('a heartbeat', () => {
  test('says that the host lives and what it has; a known bound stays', async () => {
    const host = await world.addHost({ models: [{ name: 'one', max_tokens: 100 }] });
    const sign = { host_id: host.id, gpu_utilization: 0.45, available_models: ['one', 'two'] };
    const { status, json } = await host.post('/hosts/heartbeat', sign);
    expect(status).toBe(200);
    expect(json).toEqual({ status: 'acknowledged', host_status: 'active' });
    expect((await world.nobody.get('/models')).json.models).toMatchObject([
      { name: 'one', available_hosts: 1, max_tokens: 100, min_price_per_token: 0.0001 },
      { name: 'two', available_hosts: 1, max_tokens: 4_096 },
    ]);
    expect((await world.nobody.get('/health')).json.active_hosts).toBe(1);
  });

  test('that leaves a model out keeps it on offer, and none available', async () => {
    const host = await world.addHost({ models: [{ name: 'one', max_tokens: 100 }] });
    const ana = await world.addMember('ana');
    await host.post('/hosts/heartbeat', { available_models: [] });
    expect((await world.nobody.get('/models')).json.models).toMatchObject([
      { name: 'one', available_hosts: 0, max_tokens: 100 },
    ]);
    expect((await world.nobody.get('/hosts')).json.hosts).toMatchObject([
      { models: ['one'], available_models: [] },
    ]);
    const asked = await ana.key.post('/run/model', {
      model: 'one',
      input_text: 'Hi?',
      max_tokens: 8,
    });
    expect(asked.status).toBe(202);
    expect((await ana.key.get(`/jobs/${asked.json.job_id}`)).json.waiting_reason).toBe(
      '1 host has this model: one does not have it loaded now',
    );
  });

  test.each([
    [{ gpu_utilization: 2 }, 'gpu_utilization'],
    [{ available_models: 'all' }, 'available_models'],
    [{ available_models: [''] }, 'available_models'],
    [{ host_id: 7 }, 'host_id'],
  ])('refuses %j by name', async (more, field) => {
    const host = await world.addHost();
    const { json } = await host.post('/hosts/heartbeat', more);
    expect(json.field).toBe(field);
  });
});

test('a host that drains gets nothing new until it asks again', async () => {
  const host = await world.addHost();
  const ana = await world.addMember('ana');
  await host.post('/hosts/heartbeat', {});
  const waiting = host.post('/hosts/next-job?wait=25', {});
  await host.post('/hosts/heartbeat', {});
  expect((await host.post('/hosts/drain', { host_id: host.id })).json).toEqual({
    status: 'draining',
  });
  expect((await waiting).status).toBe(204);
  await ana.key.post('/run/model', { model: LLAMA, input_text: 'Hi?' });
  expect((await listed())[0].status).toBe('draining');
  expect((await host.post('/hosts/next-job', {})).status).toBe(200);
  expect((await listed())[0].status).toBe('active');
});

describe('an admin', () => {
  test('lists users with their credits and jobs, newest first, page by page', async () => {
    const admin = await world.addAdmin();
    const ana = await world.addMember('ana');
    await world.askResearch(ana.id);
    const { json } = await admin.token.get('/admin/users');
    expect(json.total).toBe(2);
    expect(json.users).toEqual([
      {
        user_id: `usr_${ana.id}`,
        username: 'ana',
        credits: 450,
        total_jobs: 1,
        created_at: '2026-03-10T12:00:00.000Z',
      },
      expect.objectContaining({ username: 'root', total_jobs: 0 }),
    ]);
    const page = (await admin.basic.get('/admin/users?limit=1&offset=1')).json;
    expect([page.users.length, page.users[0].username, page.total]).toEqual([1, 'root', 2]);
  });

  test('lists hosts with what they did and earned', async () => {
    const admin = await world.addAdmin();
    const ana = await world.addMember('ana');
    const host = await world.addHost({ price_per_token: 0.01 });
    await host.post('/hosts/heartbeat', { gpu_utilization: 0.5 });
    await ana.key.post('/run/model', { model: LLAMA, input_text: 'Hi?' });
    const job = (await host.post('/hosts/next-job', {})).json;
    await host.post(`/hosts/jobs/${job.job_id}/complete`, {
      fence: job.fence,
      finish_reason: 'stop',
      tokens: [
        { seq: 1, delta: 'Hel' },
        { seq: 2, delta: 'lo' },
      ],
    });
    const { json } = await admin.basic.get('/admin/hosts');
    expect(json.total).toBe(1);
    expect(json.hosts[0]).toMatchObject({
      host_id: host.id,
      gpu: 'NVIDIA A100 80GB',
      status: 'active',
      total_jobs_completed: 1,
      // Two tokens at a cent, less the operator's tenth.
      total_earnings: 0.018,
      last_heartbeat: '2026-03-10T12:00:00.000Z',
      alive: true,
      gpu_utilization: 0.5,
    });
    expect((await admin.basic.get('/admin/hosts?offset=1')).json).toEqual({ hosts: [], total: 1 });
  });

  test('shuts a host out and lets it in again, on the record', async () => {
    const { basic, id } = await world.addAdmin();
    const host = await world.addHost();
    const set = (state: string) => basic.put(`/admin/hosts/${host.id}/state`, { state });
    expect((await set('disabled')).json.status).toBe('disabled');
    expect((await host.post('/hosts/heartbeat', {})).status).toBe(401);
    await set('disabled');
    expect((await set('active')).json.status).toBe('active');
    const log = await world.audit.list({ limit: 10, offset: 0 });
    expect(log).toMatchObject([
      { actorId: id, action: 'host.state', before: 'disabled', after: 'active' },
      { actorId: id, action: 'host.state', before: 'active', after: 'disabled' },
    ]);
    expect((await set('pending')).json.field).toBe('state');
    const unknown = '/admin/hosts/host_00000000-0000-7000-8000-000000000000/state';
    expect((await basic.put(unknown, { state: 'active' })).status).toBe(404);
  });

  test('names several models by one alias, which jobs can ask for', async () => {
    const { basic } = await world.addAdmin();
    await world.addHost();
    const alias = { name: 'team/best', models: ['missing', LLAMA] };
    const { status, json } = await basic.put('/admin/models/team%2Fbest', { models: alias.models });
    expect([status, json]).toEqual([200, alias]);
    expect((await world.nobody.get('/models')).json.aliases).toEqual([alias]);
    const ana = await world.addMember('ana');
    const run = await ana.key.post('/run/model', { model: 'team/best', input_text: 'Hi?' });
    expect([run.status, run.json.model]).toEqual([202, 'team/best']);
    await basic.put('/admin/models/team%2Fbest', { models: [] });
    expect((await world.nobody.get('/models')).json.aliases).toEqual([]);
  });

  test('gives a user a priority, on the record, and refuses one that is none', async () => {
    const { basic, id: actorId } = await world.addAdmin();
    const ana = await world.addMember('ana');
    const set = (id: string, priority: unknown) =>
      basic.put(`/admin/users/${id}/priority`, { priority });
    const { status, json } = await set(`usr_${ana.id}`, 10);
    expect([status, json]).toEqual([200, { user_id: `usr_${ana.id}`, priority: 10 }]);
    expect(world.hosts.registry.priorityOf(ana.id)).toBe(10);
    expect((await set(ana.id, -100)).status).toBe(200);
    const entry = { actorId, action: 'user.priority', subject: ana.id };
    expect(await world.audit.list({ limit: 9, offset: 0 })).toMatchObject([
      { ...entry, before: 10, after: -100 },
      { ...entry, before: 0, after: 10 },
    ]);
    for (const wrong of [101, -101, 1.5, '1', null]) {
      const refused = await set(ana.id, wrong);
      expect([refused.status, refused.json.field]).toEqual([400, 'priority']);
    }
    expect((await set('00000000-0000-7000-8000-000000000000', 1)).status).toBe(404);
    expect(world.hosts.registry.priorityOf(ana.id)).toBe(-100);
  });

  test.each([
    ['GET', '/admin/users'],
    ['GET', '/admin/hosts'],
    ['PUT', '/admin/hosts/x/state'],
    ['POST', '/admin/hosts/join-tokens'],
    ['PUT', '/admin/models/x'],
    ['PUT', '/admin/users/x/priority'],
  ])('alone may %s %s', async (method, path) => {
    const ana = await world.addMember('ana');
    const statusOf = async (headers: Record<string, string>) =>
      (await world.nobody.send(method, path, method === 'GET' ? undefined : {}, headers)).status;
    expect(await statusOf({})).toBe(401);
    expect(await statusOf({ authorization: ana.basic.authorization })).toBe(403);
    expect(await statusOf({ authorization: ana.key.authorization })).toBe(403);
  });
});
