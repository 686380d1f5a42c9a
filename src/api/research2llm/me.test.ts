import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { openJobApi } from '../../../tests/support/job-api';

const NOW_MS = Date.UTC(2026, 2, 10);
const JOB = { type: 'research', payload: { topic: 'How long is the bridge?', budget: 'low' } };

let api: Awaited<ReturnType<typeof openJobApi>>;
let ann: { authorization: string };
beforeEach(async () => {
  api = await openJobApi(NOW_MS);
  await api.addUser('ann', 1_000);
  ann = await api.signIn('ann');
});
afterEach(() => api.file.close());

const makeKey = (by: Record<string, string>, body: unknown = { label: 'Production' }) =>
  api.call('POST', '/me/keys', by, body);

describe('/me', () => {
  test('a key is shown once, listed, used, and dead when it is deleted', async () => {
    const made = await makeKey(ann);
    expect(made.status).toBe(201);
    const { key, ...rest } = made.body;
    expect(key).toMatch(/^r2l_[0-9a-f]{40}$/);
    const listed = {
      id: expect.any(String),
      label: 'Production',
      key_prefix: key.slice(0, 12),
      created_at: '2026-03-10T00:00:00.000Z',
    };
    expect(rest).toEqual(listed);
    expect((await api.call('GET', '/me', ann)).body).toEqual({
      id: 'ann',
      email: 'ann@example.com',
      status: 'active',
      keys: [{ ...listed, last_used_at: null }],
    });
    expect((await api.call('POST', '/jobs', { 'x-api-key': key }, JOB)).status).toBe(202);

    expect((await api.call('DELETE', `/me/keys/${rest.id}`, ann)).status).toBe(204);
    expect((await api.call('POST', '/jobs', { 'x-api-key': key }, JOB)).status).toBe(401);
    expect((await api.call('GET', '/me', ann)).body.keys).toEqual([]);
  });

  test('a key that is reset keeps its kind', async () => {
    const { body } = await makeKey(ann);
    expect((await api.keys.reset(body.id, 'ann')).plaintext).toStartWith('r2l_');
  });

  test('a pending account looks, and makes no keys', async () => {
    await api.addUser('eve', 0, 'pending');
    const eve = await api.signIn('eve');
    expect((await api.call('GET', '/me', eve)).body).toMatchObject({ status: 'pending', keys: [] });
    expect((await makeKey(eve)).status).toBe(403);
  });

  test.each([
    [{ label: '' }, 'label'],
    [{ label: 7 }, 'label'],
    [{ name: 'x' }, 'name'],
    ['{', undefined],
  ])('a malformed key request is 422: %j', async (body, field) => {
    const answer = await makeKey(ann, body);
    expect([answer.status, answer.body.field]).toEqual([422, field]);
  });

  test('another user’s key, an unknown id and no id are the same 404', async () => {
    await api.addUser('bob', 0);
    const { body } = await makeKey(await api.signIn('bob'));
    for (const id of [body.id, '00000000-0000-7000-8000-000000000000', 'x']) {
      expect((await api.call('DELETE', `/me/keys/${id}`, ann)).status).toBe(404);
    }
  });

  test('is for users who are signed in: nobody, a key and a made-up token are 401', async () => {
    const key = await api.newKey('ann');
    const wrong: Record<string, string>[] = [
      {},
      key,
      { authorization: `Bearer ${key['x-api-key']}` },
      { authorization: 'Bearer a.b.c' },
    ];
    for (const by of wrong) {
      for (const [method, path] of [
        ['GET', '/me'],
        ['GET', '/me/usage'],
        ['POST', '/me/keys'],
        ['DELETE', '/me/keys/x'],
      ] as const) {
        expect((await api.call(method, path, by)).status).toBe(401);
      }
    }
  });

  test('usage counts the jobs of all keys of the user, and of nobody else', async () => {
    expect((await api.call('GET', '/me/usage', ann)).body).toEqual([]);
    await api.addUser('bob', 1_000);
    for (const user of ['ann', 'ann', 'bob']) {
      expect((await api.call('POST', '/jobs', await api.newKey(user), JOB)).status).toBe(202);
    }
    const usage = (await api.call('GET', '/me/usage', ann)).body;
    expect(usage).toEqual([{ kind: 'job', count: 2, quantity_sum: 2 }]);
  });
});
