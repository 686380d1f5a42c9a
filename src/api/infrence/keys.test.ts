import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { openAccountApi } from '../../../tests/support/account-api';

const NOW_MS = Date.UTC(2026, 2, 10);
const NOBODY = '00000000-0000-7000-8000-000000000000';

let api: Awaited<ReturnType<typeof openAccountApi>>;
let ann: string;
let bob: string;
beforeEach(async () => {
  api = await openAccountApi(NOW_MS);
  await api.addUser('ann', 1_000);
  await api.addUser('bob', 1_000);
  ann = await api.signIn('ann');
  bob = await api.signIn('bob');
});
afterEach(() => api.file.close());

const balanceBy = (key: string) => api.call('GET', '/v1/credits', key);

describe('/api/keys', () => {
  test('a key is made, listed without its plaintext, used, reset and revoked', async () => {
    const made = await api.call('POST', '/api/keys', ann, { name: 'agent' });
    expect(made.status).toBe(200);
    const { plaintext, ...dto } = made.body;
    expect(dto).toEqual({
      id: expect.any(String),
      name: 'agent',
      prefix: plaintext.slice(0, 17),
      created_at: '2026-03-10T00:00:00.000Z',
      last_used_at: null,
      expires_at: null,
      spend_cap_credits: null,
      ip_allowlist: null,
    });
    expect((await api.call('GET', '/api/keys', ann)).body).toEqual([dto]);
    expect(await balanceBy(plaintext)).toMatchObject({ status: 200, body: { credits: 1_000 } });

    const reset = await api.call('POST', `/api/keys/${dto.id}/reset`, ann);
    expect(reset).toMatchObject({ status: 200, body: { id: dto.id, name: 'agent' } });
    expect((await balanceBy(plaintext)).status).toBe(401);
    expect((await balanceBy(reset.body.plaintext)).status).toBe(200);

    const revoked = await api.call('DELETE', `/api/keys/${dto.id}`, ann);
    expect(revoked).toEqual({ status: 200, body: null });
    expect((await balanceBy(reset.body.plaintext)).status).toBe(401);
    expect((await api.call('GET', '/api/keys', ann)).body).toEqual([]);
  });

  test('what a key is bound to is shown as it was understood', async () => {
    const limits = {
      name: null,
      expires_at: '2026-03-11T01:00:00+01:00',
      spend_cap_credits: 50,
      ip_allowlist: ['203.0.113.7', '10.1.2.3/8'],
    };
    const { status, body } = await api.call('POST', '/api/keys', ann, limits);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      name: 'default',
      expires_at: '2026-03-11T00:00:00.000Z',
      spend_cap_credits: 50,
      ip_allowlist: ['203.0.113.7/32', '10.0.0.0/8'],
    });
  });

  test.each([
    [{ name: '' }, 'name'],
    [{ name: 7 }, 'name'],
    [{ nmae: 'x' }, 'nmae'],
    [{ expires_at: 'tomorrow' }, 'expires_at'],
    [{ expires_at: '2027-01-01T00:00:00' }, 'expires_at'],
    [{ expires_at: '2026-03-09T00:00:00Z' }, 'expires_at'],
    [{ spend_cap_credits: 0 }, 'spend_cap_credits'],
    [{ ip_allowlist: ['everywhere'] }, 'ip_allowlist'],
    [{ ip_allowlist: [] }, 'ip_allowlist'],
  ])('refuses %j', async (body, field) => {
    expect(await api.call('POST', '/api/keys', ann, body)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', field },
    });
    expect((await api.call('GET', '/api/keys', ann)).body).toEqual([]);
  });

  test('another user’s key, an unknown id and what is no id are the same 404', async () => {
    const { body: key } = await api.call('POST', '/api/keys', ann, {});
    for (const id of [key.id, NOBODY, 'nope', "'--"]) {
      const path = `/api/keys/${encodeURIComponent(id)}`;
      expect((await api.call('DELETE', path, bob)).status).toBe(404);
      expect((await api.call('POST', `${path}/reset`, bob)).status).toBe(404);
    }
    expect((await balanceBy(key.plaintext)).status).toBe(200);
  });

  test('a pending account gets 403 where keys are made', async () => {
    const raw = new Database(api.file.path, { readwrite: true });
    raw.exec(`UPDATE user SET status = 'pending', approved_ms = NULL WHERE id = 'ann'`);
    raw.close();
    const refused = await api.call('POST', '/api/keys', ann, { name: 'agent' });
    expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });

  test('is for users who are signed in: nobody, a key and a made-up token are 401', async () => {
    const { body: key } = await api.call('POST', '/api/keys', ann, {});
    for (const credential of [undefined, key.plaintext, 'made.up.token']) {
      for (const [method, path] of [
        ['GET', '/api/keys'],
        ['POST', '/api/keys'],
        ['DELETE', `/api/keys/${key.id}`],
        ['POST', `/api/keys/${key.id}/reset`],
      ] as const) {
        const body = path === '/api/keys' && method === 'POST' ? {} : undefined;
        expect((await api.call(method, path, credential, body)).status).toBe(401);
      }
    }
  });
});

describe('a key with a spend cap', () => {
  test('gets 402 for the job that would cross it, though the balance would pay', async () => {
    const { body: key } = await api.call('POST', '/api/keys', ann, { spend_cap_credits: 50 });
    const ask = { question: 'How long is the bridge?', mode: 'lite', async: true };
    expect((await api.call('POST', '/v1/research', key.plaintext, ask)).status).toBe(202);
    expect(await api.call('POST', '/v1/research', key.plaintext, ask)).toMatchObject({
      status: 402,
      body: { code: 'insufficient_credits' },
    });
  });
});
