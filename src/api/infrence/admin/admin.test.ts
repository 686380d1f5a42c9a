import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { openAdminApi } from '../../../../tests/support/admin-api';
import { question } from '../../../../tests/support/research';

const NOW_MS = Date.UTC(2026, 2, 15, 12);
const DAY_MS = 86_400_000;
const NOBODY = '019aa000-0000-7000-8000-000000000001';

let api: Awaited<ReturnType<typeof openAdminApi>>;
let admin: { id: string; email: string; token: string };
let ana: { id: string; email: string; token: string };

beforeEach(async () => {
  api = await openAdminApi(NOW_MS);
  admin = await api.addSignedIn('admin');
  ana = await api.addSignedIn('member', 1_000);
});
afterEach(() => api.close());

const get = (path: string) => api.call('GET', `/api/admin${path}`, admin.token);
const post = (path: string, body?: unknown) =>
  api.call('POST', `/api/admin${path}`, admin.token, body);
const actions = async () =>
  (await api.audit.list({ limit: 50, offset: 0 })).map(({ action, subject }) => [action, subject]);

async function finishedJob(charged = 50): Promise<string> {
  const { id } = await api.research.submit({ userId: ana.id, key: null }, question);
  await api.finish(charged);
  return id;
}

async function ticket(): Promise<string> {
  const body = { category: 'bug', subject: 'It hangs', body: 'Since Monday.' };
  expect(await api.call('POST', '/api/support', ana.token, body)).toEqual({
    status: 200,
    body: null,
  });
  const [newest] = await api.support.list({ limit: 1, offset: 0 });
  return newest!.id;
}

describe('who may ask', () => {
  test('every admin route answers 401 to nobody and 403 to a member and to any key', async () => {
    const memberKey = await api.keys.create({ userId: ana.id, name: 'agent' });
    const adminKey = await api.keys.create({ userId: admin.id, name: 'agent' });
    const table = api.routes
      .flatMap((part) => part.routes)
      .filter(({ path }) => path.startsWith('/api/admin/'));
    expect(table.length).toBe(18);
    for (const { method, path } of table) {
      const url = path.replace(':id', ana.id);
      const statuses = [];
      for (const who of [
        undefined,
        'not-a-token',
        ana.token,
        memberKey.plaintext,
        adminKey.plaintext,
      ])
        statuses.push((await api.call(method, url, who)).status);
      expect([method, path, ...statuses]).toEqual([method, path, 401, 401, 403, 403, 403]);
    }
    expect(await actions()).toEqual([]);
  });

  test('every route with an id answers 404 to one that nobody has, or that is none', async () => {
    const table = api.routes
      .flatMap((part) => part.routes)
      .filter(({ path }) => path.startsWith('/api/admin/') && path.includes(':id'));
    const bodies: Record<string, unknown> = {
      refund: { credits: 1, note: 'n' },
      reply: { body: 'b', send_email: false },
      credits: { delta_credits: 1, note: 'n' },
    };
    for (const { method, path } of table) {
      const body = bodies[path.split('/').at(-1) ?? ''];
      for (const id of [NOBODY, 'x', '%00', "'--"]) {
        const { status } = await api.call(method, path.replace(':id', id), admin.token, body);
        expect([method, path, id, status]).toEqual([method, path, id, 404]);
      }
    }
    expect(await actions()).toEqual([]);
  });

  test.each(['limit=0', 'limit=201', 'limit=1.5', 'limit=x', 'offset=-1', 'offset=1e99'])(
    'every list refuses %s',
    async (query) => {
      for (const path of ['/users', `/users/${ana.id}/jobs`, `/users/${ana.id}/ledger`])
        expect((await get(`${path}?${query}`)).status).toBe(400);
      for (const path of ['/jobs', '/tickets', '/stripe-events'])
        expect((await get(`${path}?${query}`)).status).toBe(400);
    },
  );
});

test('an operation without a body takes whatever body comes with it', async () => {
  const id = await ticket();
  for (const path of [`/users/${ana.id}/suspend`, `/users/${ana.id}/unsuspend`])
    expect((await post(path, { unknown: true })).status).toBe(200);
  for (const path of [`/tickets/${id}/close`, `/tickets/${id}/reopen`])
    expect((await post(path, '')).status).toBe(200);
});

describe('users', () => {
  test('are found by part of the address and by the whole id, with their credits', async () => {
    const row = { id: ana.id, email: ana.email, credits: 1_000, suspended_at: null };
    for (const q of [ana.email.slice(4, 30).toUpperCase(), ana.id])
      expect((await get(`/users?q=${q}`)).body).toMatchObject([row]);
    expect((await get('/users?q=nobody-has-this')).body).toEqual([]);
    expect((await get('/users')).body).toHaveLength(2);
    expect((await get('/users?limit=1&offset=2')).body).toEqual([]);
  });

  test('are shown with their jobs and open tickets counted', async () => {
    await finishedJob();
    await ticket();
    expect((await get(`/users/${ana.id}`)).body).toMatchObject({
      email: ana.email,
      is_admin: false,
      credits: 950,
      jobs_count: 1,
      open_tickets: 1,
    });
  });

  test('are suspended once, lose their session, and are let in again', async () => {
    const suspendedAt = async () => (await get(`/users/${ana.id}`)).body.suspended_at;
    for (let time = 0; time < 2; time++)
      expect((await post(`/users/${ana.id}/suspend`)).status).toBe(200);
    expect(await suspendedAt()).toBe(new Date(NOW_MS).toISOString());
    expect((await api.call('POST', '/api/support', ana.token, {})).status).toBe(403);
    for (let time = 0; time < 2; time++)
      expect((await post(`/users/${ana.id}/unsuspend`)).status).toBe(200);
    expect(await suspendedAt()).toBeNull();
    expect((await api.call('POST', '/api/support', ana.token, {})).status).toBe(401);
    expect(await actions()).toEqual([
      ['user.unsuspend', ana.id],
      ['user.suspend', ana.id],
    ]);
  });

  test('cannot suspend themselves', async () => {
    expect((await post(`/users/${admin.id}/suspend`)).status).toBe(403);
    expect((await get(`/users/${admin.id}`)).body.suspended_at).toBeNull();
  });
});

describe('credits', () => {
  const adjust = (body: unknown) => post(`/users/${ana.id}/credits`, body);

  test('are added and taken, and the audit log says by how much', async () => {
    expect((await adjust({ delta_credits: 25, note: 'sorry' })).body).toMatchObject({
      balance_after: 1_025,
    });
    expect((await adjust({ delta_credits: -1_025, note: 'fraud' })).body).toMatchObject({
      balance_after: 0,
    });
    expect(await api.audit.list({ limit: 1, offset: 0 })).toMatchObject([
      {
        actorId: admin.id,
        subject: ana.id,
        before: { available_micros: 1_025_000_000 },
        after: { available_micros: 0, delta_micros: -1_025_000_000, note: 'fraud' },
      },
    ]);
  });

  test('with the same key and content answer the same and move once', async () => {
    const body = { delta_credits: 25, note: 'sorry', idempotency_key: 'one' };
    const first = await adjust(body);
    await adjust({ delta_credits: -5, note: 'n' });
    expect(await adjust(body)).toEqual(first);
    expect((await get(`/users/${ana.id}`)).body.credits).toBe(1_020);
    expect((await adjust({ ...body, delta_credits: 26 })).status).toBe(409);
    expect(await actions()).toHaveLength(2);
  });

  test.each([
    ['delta_credits', { delta_credits: 0, note: 'n' }],
    ['delta_credits', { delta_credits: 1.5, note: 'n' }],
    ['delta_credits', { delta_credits: -1_001, note: 'n' }],
    ['delta_credits', { delta_credits: 1e15, note: 'n' }],
    ['delta_credits', { delta_credits: '5', note: 'n' }],
    ['delta_credits', { note: 'n' }],
    ['note', { delta_credits: 1, note: ' ' }],
    ['note', { delta_credits: 1 }],
    ['idempotency_key', { delta_credits: 1, note: 'n', idempotency_key: '' }],
    ['reason', { delta_credits: 1, note: 'n', reason: 'unknown field' }],
  ])('are not moved by a wrong %s', async (field, body) => {
    expect(await adjust(body)).toMatchObject({ status: 400, body: { field } });
    expect((await get(`/users/${ana.id}`)).body.credits).toBe(1_000);
    expect(await actions()).toEqual([]);
  });

  test('stand in a ledger whose rows are named, related and add up', async () => {
    const jobId = await finishedJob(50);
    await adjust({ delta_credits: -100, note: 'fraud', idempotency_key: 'key/1' });
    const { body } = await get(`/users/${ana.id}/ledger`);
    expect(body).toMatchObject([
      { kind: 'adjust', delta: -100, balance_after: 850, note: 'fraud', idempotency_key: 'key/1' },
      { kind: 'settle', delta: 0, balance_after: 950, related_id: jobId },
      { kind: 'hold', delta: -50, balance_after: 950, related_id: jobId },
      { kind: 'grant', delta: 1_000, balance_after: 1_000, related_id: null },
    ]);
    expect(new Set(body.map(({ id }: { id: string }) => id)).size).toBe(4);
    expect((await get(`/users/${ana.id}/ledger?limit=1&offset=2`)).body).toEqual([body[2]]);
  });
});

describe('jobs', () => {
  test('are listed by address and by status', async () => {
    const id = await finishedJob();
    const queued = await api.research.submit({ userId: ana.id, key: null }, question);
    const ids = async (query: string) =>
      (await get(`/jobs?${query}`)).body.map((row: { id: string }) => row.id);
    expect(await ids('')).toEqual([queued.id, id]);
    expect(await ids(`user_email=${ana.email.toUpperCase()}`)).toEqual([queued.id, id]);
    expect(await ids(`user_email=${admin.email}`)).toEqual([]);
    expect(await ids('status=completed')).toEqual([id]);
    expect(await ids('limit=1&offset=1')).toEqual([id]);
    expect(await get('/jobs?status=done')).toMatchObject({
      status: 400,
      body: { field: 'status' },
    });
    expect((await get(`/users/${ana.id}/jobs`)).body).toMatchObject([
      { id: queued.id, status: 'pending', latency_ms: null },
      { id, status: 'completed', credits_charged: 50 },
    ]);
  });

  test('are shown with what was asked, reserved, charged and found', async () => {
    const id = await finishedJob();
    expect((await get(`/jobs/${id}`)).body).toMatchObject({
      id,
      user_email: ana.email,
      credits_reserved: 50,
      credits_charged: 50,
      request: { question: question.question, mode: 'lite' },
      response: { id, status: 'completed' },
    });
  });

  test('are refunded once, and for no more than they cost', async () => {
    const id = await finishedJob(50);
    const refund = (credits: number) => post(`/jobs/${id}/refund`, { credits, note: 'sorry' });
    for (const credits of [0, -1, 51, 1.5, 1e300]) {
      expect(await refund(credits)).toMatchObject({ status: 400, body: { field: 'credits' } });
    }
    expect((await refund(20)).status).toBe(200);
    expect((await refund(20)).status).toBe(400);
    expect((await get(`/users/${ana.id}`)).body.credits).toBe(970);
    expect(await actions()).toEqual([['job.refund', id]]);
    const [newest] = (await get(`/users/${ana.id}/ledger?limit=1`)).body;
    expect(newest).toMatchObject({ kind: 'refund', delta: 20, related_id: id, note: 'sorry' });
  });
});

describe('tickets', () => {
  test('are answered, closed and reopened', async () => {
    const id = await ticket();
    const reply = { body: 'Fixed.', send_email: true };
    expect((await post(`/tickets/${id}/reply`, reply)).status).toBe(200);
    expect((await post(`/tickets/${id}/close`)).status).toBe(200);
    expect((await get('/tickets?status=closed&category=bug')).body).toMatchObject([
      { id, email: ana.email, user_id: ana.id, reply_count: 1 },
    ]);
    expect((await post(`/tickets/${id}/reopen`)).status).toBe(200);
    expect((await get(`/tickets/${id}`)).body).toMatchObject({
      status: 'open',
      subject: 'It hangs',
      assigned_admin_id: admin.id,
      replies: [{ body: 'Fixed.', sent_email: true, admin_id: admin.id }],
    });
    expect(await api.mail.list({ limit: 9, offset: 0 })).toMatchObject([{ recipient: ana.email }]);
  });

  test.each(['status=done', 'category=complaint'])('are not listed by %s', async (query) => {
    expect((await get(`/tickets?${query}`)).status).toBe(400);
  });

  test('are refused by the name of the wrong field', async () => {
    const good = { category: 'bug', subject: 's', body: 'b' };
    for (const [field, value] of [
      ['category', 'complaint'],
      ['subject', ''],
      ['body', 'x'.repeat(20_001)],
      ['priority', 1],
    ]) {
      const answer = await api.call('POST', '/api/support', ana.token, {
        ...good,
        [String(field)]: value,
      });
      expect(answer).toMatchObject({ status: 400, body: { field } });
    }
    expect((await api.call('POST', '/api/support', undefined, good)).status).toBe(401);
  });
});

describe('the figures of thirty days', () => {
  test('have each day once, today last, and leave out what is older', async () => {
    api.raw.query('UPDATE user SET created_ms = ? WHERE id = ?').run(NOW_MS - 29 * DAY_MS, ana.id);
    api.raw
      .query('UPDATE user SET created_ms = ? WHERE id = ?')
      .run(NOW_MS - 30 * DAY_MS, admin.id);
    await finishedJob(50);
    await ticket();
    await api.research.submit({ userId: ana.id, key: null }, question);
    await post(`/users/${ana.id}/suspend`);
    const { body } = await get('/stats');
    expect(body).toMatchObject({
      total_users: 2,
      suspended_users: 1,
      open_tickets: 1,
      in_flight_jobs: 1,
      topup_revenue_last_30d_cents: 0,
      // 1,000 and 1 were granted, 50 were spent; what is held is still the user's.
      ledger_balance_outstanding: 951,
    });
    const days = Array.from({ length: 30 }, (_, index) =>
      new Date(Date.UTC(2026, 1, 14 + index)).toISOString(),
    );
    for (const buckets of [body.signups_last_30d, body.jobs_last_30d])
      expect(buckets.map(({ day }: { day: string }) => day)).toEqual(days);
    const counts = (buckets: { count: number }[]) => buckets.map(({ count }) => count);
    expect(counts(body.signups_last_30d)).toEqual([1, ...Array(29).fill(0)]);
    expect(counts(body.jobs_last_30d)).toEqual([...Array(29).fill(0), 2]);
    expect(body.jobs_last_30d.at(-1)).toMatchObject({ credits_charged_sum: 50 });
  });
});

describe('Stripe events', () => {
  test('are listed, and one that nothing handles is not replayed', async () => {
    api.raw.exec(`INSERT INTO stripe_event VALUES ('evt_1', 'invoice.paid', '{}', ${NOW_MS})`);
    expect((await get('/stripe-events')).body).toEqual([
      {
        id: 'evt_1',
        event_type: 'invoice.paid',
        received_at: new Date(NOW_MS).toISOString(),
        has_body: true,
      },
    ]);
    expect((await post('/stripe-events/evt_1/replay')).status).toBe(404);
    expect(await actions()).toEqual([]);
  });
});

test('after all that, the audit log is whole and the ledger right', async () => {
  await post(`/jobs/${await finishedJob()}/refund`, { credits: 5, note: 'n' });
  await post(`/users/${ana.id}/credits`, { delta_credits: -7, note: 'n' });
  await post(`/users/${ana.id}/suspend`);
  await post(`/tickets/${await ticketOfAdmin()}/close`);
  expect(await api.audit.verify()).toMatchObject({ count: 4, broken: null });
  expect(await api.credits.check()).toEqual([]);
});

async function ticketOfAdmin(): Promise<string> {
  const { id, email } = admin;
  const asked = { category: 'other', subject: 's', body: 'b' };
  return (await api.support.open({ userId: id, email, ...asked })).id;
}
