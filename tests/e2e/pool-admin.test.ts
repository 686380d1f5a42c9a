import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import {
  type SeededUser,
  type Server,
  seedUser,
  sonde,
  sondeJson,
  startServer,
} from '../support/binary';
import { cleanUp } from '../support/cleanup';
import { clientOf } from '../support/client';
import { until } from '../support/until';

afterAll(cleanUp);

const MODEL = 'meta-llama/Llama-3-8B-Instruct';

let server: Server;
let ada: SeededUser;
beforeAll(async () => {
  server = await startServer();
  ada = await seedUser(server.data);
});

const run = (args: string[]) => sondeJson(args, server);
const register = (more: Record<string, unknown>) =>
  clientOf(server.url, null).post('/hosts/register', {
    gpu: 'none',
    models: [MODEL],
    price_per_token: 0.0001,
    backend: 'ollama',
    ...more,
  });

describe('beside a running server', () => {
  test('a join token lets a host in, once', async () => {
    const { join_token, uses } = await run(['hosts', 'join-token', '--hours', '1']);
    expect(uses).toBe(1);
    expect((await register({ join_token })).json.status).toBe('active');
    expect((await register({ join_token })).status).toBe(403);
  });

  test('a host that waits is approved, drained and shut out; the server hears of each', async () => {
    const { json } = await register({ gpu: 'RTX 4090' });
    expect(json.status).toBe('pending');
    const host = clientOf(server.url, json.api_key);
    const stateIs = (state: string) =>
      until(`the server knows that it is ${state}`, async () => {
        const answer = await host.post('/hosts/heartbeat', {});
        return state === (answer.status === 401 ? 'disabled' : answer.json.host_status);
      });
    const id = json.host_id.replace('host_', '');
    expect(await run(['hosts', 'approve', json.host_id])).toEqual({ id, state: 'active' });
    await stateIs('active');
    expect(await run(['hosts', 'drain', id])).toEqual({ id, state: 'draining' });
    await stateIs('draining');
    await run(['hosts', 'disable', id]);
    await stateIs('disabled');
    const listed = await run(['hosts', 'list']);
    expect(listed).toHaveLength(2);
    expect(listed[1]).toMatchObject({ id, state: 'disabled', gpu: 'RTX 4090' });
  });

  test('an alias can be asked for', async () => {
    await run(['models', 'alias', 'best', MODEL]);
    const client = clientOf(server.url, ada.key);
    await until('the server knows the alias', async () => {
      const { status } = await client.post('/run/model', { model: 'best', input_text: 'Hi?' });
      return status === 202;
    });
    const { models, aliases } = await run(['models', 'list']);
    expect(aliases).toEqual([{ name: 'best', models: [MODEL] }]);
    expect(models).toEqual([{ name: MODEL, hosts: 1, min_price_per_token: 0.0001 }]);
    expect((await sonde(['models', 'list'], server)).stdout).toContain(MODEL);
  });

  test('a user is given a priority, and it all stands in the audit log', async () => {
    const { user_id, priority } = await run(['user', 'priority', ada.email, '-5']);
    expect(priority).toBe(-5);
    const { code, stderr } = await sonde(['user', 'priority', ada.email, 'high'], server);
    expect([code, stderr]).toEqual([2, expect.stringContaining('from -100 to 100')]);
    const admin = await seedUser(server.data, { email: 'root@example.com', admin: true });
    const { json } = await clientOf(server.url, null).post('/api/auth/login', {
      email: admin.email,
      password: 'correct horse',
    });
    const answer = await clientOf(server.url, json.access_token).send(
      'PUT',
      `/admin/users/${user_id}/priority`,
      { priority: 3 },
    );
    expect(answer.json).toEqual({ user_id: `usr_${user_id}`, priority: 3 });
    const rows = (await run(['audit'])) as { action: string; actor_id: string }[];
    const byOperator = rows.filter(({ actor_id }) => actor_id === 'operator');
    const actions = byOperator.map(({ action }) => action);
    for (const action of ['host.join_token', 'host.state', 'model.alias', 'user.priority'])
      expect(actions).toContain(action);
  });

  test('a host that is not there is named', async () => {
    const { code, stderr } = await sonde(['hosts', 'approve', 'host_7'], server);
    expect([code, stderr]).toEqual([
      1,
      'sonde: no host has the id host_7: see `sonde hosts list`\n',
    ]);
  });
});
