import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { MODEL, newHost } from '../../../tests/support/pool';
import { hiddenFields, openWeb, type TestBrowser, type WebWorld } from '../../../tests/support/web';
import type { NewHost } from '../../hosts/types';
import type { Listening } from '../../http/listen';

const ROOT = 'root@example.com';
const ANA = 'ana@example.com';
const PASSWORD = 'seven green umbrellas';
const XSS = `"><script>alert(1)</script><img src=x onerror=alert(2)>`;
const NOBODY = '00000000-0000-7000-8000-000000000000';

let world: WebWorld;
let listening: Listening;
let admin: TestBrowser;
let ana: TestBrowser;
beforeAll(async () => {
  world = await openWeb();
  await world.hosts.start();
  listening = world.listen();
  await world.accounts.create({ email: ROOT, password: PASSWORD, role: 'admin' });
  admin = world.connectedBrowser(listening.url);
  await admin.submit('/login', '/login', { email: ROOT, password: PASSWORD });
  ana = world.connectedBrowser(listening.url);
  await ana.submit('/signup', '/signup', { email: ANA, password: PASSWORD });
});
afterAll(async () => {
  await listening.stop(0);
  await world.close();
});

/** Pending, as whoever registers by themselves. */
async function addHost(change: Partial<NewHost> = {}): Promise<string> {
  const by = { userId: null, joinToken: null };
  return (await world.hosts.registry.register({ ...newHost, ...change }, by)).host.id;
}
const stateOf = (id: string) => world.hosts.registry.get(id)?.state;
const rowOf = (html: string, id: string) =>
  html.slice(html.indexOf(`<tr id="host-${id}"`)).split('</tr>')[0] ?? '';

describe('the list of hosts', () => {
  test('tells how to add the first one', async () => {
    const { status, html } = await admin.get('/app/admin/hosts');
    expect(status).toBe(200);
    expect(html).toContain('There are no hosts yet');
    expect(html).toContain('action="/app/admin/hosts/join-tokens"');
    expect((await admin.get('/app')).html).toContain('Add the first one');
    expect((await ana.get('/app')).html).not.toContain('id="pool"');
  });

  test('shows a host, its price for a million tokens, and what can be done to it', async () => {
    const id = await addHost();
    const { html } = await admin.get('/app/admin/hosts');
    const row = rowOf(html, id);
    expect(row).toContain('NVIDIA A100 80GB');
    expect(row).toContain(MODEL);
    // $0.0001 a token.
    expect(row).toContain('answer 10000 credits ($100)');
    expect(row).toContain('waits to be let in, never heard of yet');
    expect(row).toContain('0 of 4');
    expect(row).toContain(`action="/app/admin/hosts/${id}/approval"`);
    expect(row).not.toContain('/drain"');
    expect((await admin.get('/app')).html).toContain('To be let in: 1 host');
  });

  test('is told by state, page by page', async () => {
    const listed = async (query: string) => {
      const { html } = await admin.get(`/app/admin/hosts${query}`);
      return [...html.matchAll(/<tr id="host-([^"]+)"/g)].map(([, id]) => id);
    };
    const all = await listed('');
    expect(all.length).toBeGreaterThan(0);
    expect(await listed('?state=pending')).toEqual(all);
    expect(await listed('?state=disabled')).toEqual([]);
    expect(await listed('?offset=1000')).toEqual([]);
    expect((await admin.get('/app/admin/hosts?state=toString')).status).toBe(400);
    expect((await admin.get('/app/admin/hosts?offset=-1')).status).toBe(400);
  });

  test('runs nothing that hosts say of themselves', async () => {
    const id = await addHost({ gpu: XSS, models: [{ name: XSS, maxTokens: 9 }] });
    await world.hosts.registry.setState(id, 'active');
    for (const path of ['/app/admin/hosts', '/app/admin/models', '/app/models', '/app']) {
      const { html, status } = await admin.get(path);
      expect(status).toBe(200);
      expect(html).not.toMatch(/<script>|<img|onerror=alert\(2\)>/);
    }
    await world.hosts.registry.setState(id, 'disabled');
  });
});

describe('an admin', () => {
  test('approves, drains, resumes and shuts out a host, each once on the record', async () => {
    const id = await addHost();
    const act = (noun: string) =>
      admin.submit('/app/admin/hosts', `/app/admin/hosts/${id}/${noun}`);
    const before = (await world.audit.list({ limit: 1, offset: 0 }))[0]?.seq ?? 0;
    for (const [noun, state] of [
      ['approval', 'active'],
      ['drain', 'draining'],
      ['resumption', 'active'],
      ['disablement', 'disabled'],
      ['resumption', 'active'],
    ] as const) {
      const { status, location } = await act(noun);
      expect([status, location]).toEqual([303, `/app/admin/hosts#host-${id}`]);
      expect(stateOf(id)).toBe(state);
    }
    const repeated = hiddenFields((await admin.get('/app/admin/hosts')).html, '/logout');
    await admin.post(`/app/admin/hosts/${id}/resumption`, repeated);
    const records = await world.audit.list({ limit: 9, offset: 0 });
    const { id: actorId } = await world.accounts.byEmail(ROOT);
    const entry = { actorId, action: 'host.state', subject: id };
    expect(records.filter(({ seq }) => seq > before)).toMatchObject([
      { ...entry, before: 'disabled', after: 'active' },
      { ...entry, before: 'active', after: 'disabled' },
      { ...entry, before: 'draining', after: 'active' },
      { ...entry, before: 'active', after: 'draining' },
      { ...entry, before: 'pending', after: 'active' },
    ]);
    expect(await world.audit.verify()).toMatchObject({ broken: null });
  });

  test('in an open page is sent the row alone, or what is wrong', async () => {
    const id = await addHost();
    const form = hiddenFields((await admin.get('/app/admin/hosts')).html, '/logout');
    const part = { 'hx-request': 'true' };
    const { html, status } = await admin.post(`/app/admin/hosts/${id}/approval`, form, part);
    expect(status).toBe(200);
    expect(html).toStartWith(`<tr id="host-${id}"`);
    expect(html).toContain('in force');
    expect(html).toContain(`hx-post="/app/admin/hosts/${id}/drain"`);
    const none = await admin.post(`/app/admin/hosts/${NOBODY}/approval`, form, part);
    expect([none.status, none.headers.get('hx-retarget')]).toEqual([404, '#host-refusal']);
    expect(none.html).toContain('class="flash error"');
  });

  test('makes a token that is shown once, in the line that uses it, and lets one host in', async () => {
    const path = '/app/admin/hosts';
    const fields = { life_hours: '2', uses: '1' };
    const made = await admin.submit(path, `${path}/join-tokens`, fields);
    expect(made.status).toBe(200);
    const line =
      /sonde host --server https:\/\/sonde\.example\.com --join-token (join_[\w-]+)/.exec(
        made.html,
      );
    const joinToken = line?.[1] ?? '';
    expect(made.html).toContain('data-copy="join-command"');
    expect((await admin.get(path)).html).not.toContain(joinToken);
    const by = { userId: null, joinToken };
    const { host } = await world.hosts.registry.register(newHost, by);
    expect(host.state).toBe('active');
    await expect(world.hosts.registry.register(newHost, by)).rejects.toThrow('used up');
    const [record] = await world.audit.list({ limit: 1, offset: 0 });
    expect(record).toMatchObject({ action: 'host.join_token', after: { uses: 1 } });
    expect(JSON.stringify(record)).not.toContain(joinToken);
  });

  test.each([
    [{ life_hours: '0', uses: '1' }, 'life_hours'],
    [{ life_hours: '', uses: '1' }, 'life_hours'],
    [{ life_hours: '24', uses: '0.5' }, 'uses'],
  ])('is told what is wrong with a token, and keeps what was typed: %j', async (fields, field) => {
    const path = '/app/admin/hosts';
    const { status, html } = await admin.submit(path, `${path}/join-tokens`, fields);
    expect(status).toBe(400);
    expect(html).toContain(`id="field-${field}-error"`);
    expect(html).toContain(`value="${fields.life_hours}"`);
    expect(html).not.toContain('sonde host --server');
  });

  test('sets and removes an alias', async () => {
    const path = '/app/admin/models';
    const fields = { name: 'team/best', models: `missing\r\n\r\n  ${MODEL} ` };
    expect((await admin.submit(path, `${path}/aliases`, fields)).status).toBe(303);
    const alias = { name: 'team/best', models: ['missing', MODEL] };
    expect(world.hosts.inference.aliases()).toEqual([alias]);
    expect((await admin.get(path)).html).toContain(`missing, then ${MODEL}`);
    expect((await ana.get('/app/models')).html).toContain(`missing, then ${MODEL}`);
    expect((await admin.submit(path, `${path}/aliases/removal`)).status).toBe(303);
    expect(world.hosts.inference.aliases()).toEqual([]);
    expect(await world.audit.list({ limit: 2, offset: 0 })).toMatchObject([
      { action: 'model.alias', subject: 'team/best', before: alias.models, after: [] },
      { action: 'model.alias', subject: 'team/best', before: [], after: alias.models },
    ]);
  });

  test.each([
    [{ name: 'self', models: 'self' }, 'models'],
    [{ name: 'none', models: ' \n ' }, 'models'],
    [{ name: '', models: MODEL }, 'name'],
  ])('is told what is wrong with an alias: %j', async (fields, field) => {
    const path = '/app/admin/models';
    const { status, html } = await admin.submit(path, `${path}/aliases`, fields);
    expect(status).toBe(400);
    expect(html).toContain(`id="field-${field}-error"`);
    expect(world.hosts.inference.aliases()).toEqual([]);
  });

  test('gives a priority and takes it back', async () => {
    const path = '/app/admin/models';
    const { id } = await world.accounts.byEmail(ANA);
    const given = { user: ANA, priority: '-7' };
    expect((await admin.submit(path, `${path}/priorities`, given)).status).toBe(303);
    expect(world.hosts.registry.priorities()).toEqual([{ userId: id, priority: -7 }]);
    expect((await admin.get(path)).html).toContain('<td>-7</td>');
    expect((await admin.submit(path, `${path}/priorities`)).status).toBe(303);
    expect(world.hosts.registry.priorities()).toEqual([]);
    expect(await world.audit.list({ limit: 2, offset: 0 })).toMatchObject([
      { action: 'user.priority', subject: id, before: -7, after: 0 },
      { action: 'user.priority', subject: id, before: 0, after: -7 },
    ]);
    for (const [fields, status, field] of [
      [{ user: 'nobody@example.com', priority: '1' }, 404, 'user'],
      [{ user: ANA, priority: '101' }, 400, 'priority'],
      [{ user: ANA, priority: '' }, 400, 'priority'],
    ] as const) {
      const refused = await admin.submit(path, `${path}/priorities`, fields);
      expect([refused.status, refused.html.includes(`id="field-${field}-error"`)]).toEqual([
        status,
        true,
      ]);
    }
  });
});

describe('who is no admin', () => {
  const POSTS = [
    `/app/admin/hosts/${NOBODY}/approval`,
    `/app/admin/hosts/${NOBODY}/drain`,
    `/app/admin/hosts/${NOBODY}/resumption`,
    `/app/admin/hosts/${NOBODY}/disablement`,
    '/app/admin/hosts/join-tokens',
    '/app/admin/models/aliases',
    '/app/admin/models/aliases/removal',
    '/app/admin/models/priorities',
  ];

  test('sees and does nothing of this, and is shown no way to it', async () => {
    for (const path of ['/app/admin/hosts', '/app/admin/models'])
      expect((await ana.get(path)).status).toBe(403);
    const { html } = await ana.get('/app');
    expect(html).not.toContain('/app/admin');
    const form = hiddenFields(html, '/logout');
    for (const path of POSTS) expect((await ana.post(path, form)).status).toBe(403);
  });

  test('without a session is led to where one begins', async () => {
    const visitor = world.connectedBrowser(listening.url);
    const answer = await visitor.get('/app/admin/hosts?state=pending');
    expect(answer.location).toBe('/login?next=%2Fapp%2Fadmin%2Fhosts%3Fstate%3Dpending');
    for (const path of POSTS) expect((await visitor.post(path, {})).status).toBe(303);
  });

  test('cannot send the form of an admin from elsewhere, nor without its token', async () => {
    const id = await addHost();
    const path = `/app/admin/hosts/${id}/approval`;
    const form = hiddenFields((await admin.get('/app/admin/hosts')).html, '/logout');
    const foreign = { 'sec-fetch-site': 'cross-site' };
    expect((await admin.post(path, form, foreign)).status).toBe(403);
    expect((await admin.post(path, {})).status).toBe(403);
    expect(stateOf(id)).toBe('pending');
  });
});
