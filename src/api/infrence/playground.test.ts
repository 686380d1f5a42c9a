import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { openAccountApi } from '../../../tests/support/account-api';

const PATH = '/api/playground/research';
const ASK = { question: 'How long is the bridge?', mode: 'lite', async: true };

let api: Awaited<ReturnType<typeof openAccountApi>>;
let ann: string;
beforeEach(async () => {
  api = await openAccountApi(Date.UTC(2026, 2, 10));
  await api.addUser('ann', 100);
  await api.addUser('bob', 100);
  ann = await api.signIn('ann');
});
afterEach(() => api.file.close());

test('a job is accepted, found under its status_url, and the same under /v1', async () => {
  const accepted = await api.call('POST', PATH, ann, ASK);
  const { id } = accepted.body;
  expect(accepted).toEqual({
    status: 202,
    body: {
      id,
      status: 'pending',
      status_url: `${PATH}/${id}`,
      events_url: `${PATH}/${id}/events`,
    },
  });
  const shown = await api.call('GET', accepted.body.status_url, ann);
  expect(shown).toMatchObject({ status: 200, body: { id, status: 'pending', typed: {} } });
  const { plaintext } = await api.keys.create({ userId: 'ann', name: 'k' });
  expect(await api.call('GET', `/v1/research/${id}`, plaintext)).toEqual(shown);
});

test('a job that is waited for answers its result', async () => {
  const asked = api.call('POST', PATH, ann, { ...ASK, async: false });
  while ((await api.queue.counts()).length === 0) await api.db.write(async () => {});
  await api.finish(50);
  expect(await asked).toMatchObject({
    status: 200,
    body: { status: 'completed', credits_charged: 50 },
  });
});

test('without the credits it is 402, and a bad request is 400', async () => {
  const standard = { ...ASK, mode: 'standard' };
  expect((await api.call('POST', PATH, ann, standard)).status).toBe(402);
  expect((await api.call('POST', PATH, ann, { ...ASK, mode: 'huge' })).status).toBe(400);
  expect((await api.call('POST', PATH, ann, { ...ASK, more: 1 })).status).toBe(400);
});

test('another user’s job is the same 404 as none, and a key or nobody gets 401', async () => {
  const { body } = await api.call('POST', PATH, ann, ASK);
  const bob = await api.signIn('bob');
  for (const path of [`${PATH}/${body.id}`, `${PATH}/${body.id}/events`, `${PATH}/nope`]) {
    expect((await api.call('GET', path, bob)).status).toBe(404);
  }
  const { plaintext } = await api.keys.create({ userId: 'ann', name: 'k' });
  for (const credential of [undefined, plaintext]) {
    expect((await api.call('GET', `${PATH}/${body.id}`, credential)).status).toBe(401);
    expect((await api.call('POST', PATH, credential, ASK)).status).toBe(401);
  }
});

test('a pending account runs nothing', async () => {
  const raw = new Database(api.file.path, { readwrite: true });
  raw.exec(`UPDATE user SET status = 'pending', approved_ms = NULL WHERE id = 'ann'`);
  raw.close();
  expect((await api.call('POST', PATH, ann, ASK)).status).toBe(403);
});
