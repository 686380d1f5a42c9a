import { afterAll, beforeAll, expect, test } from 'bun:test';
import { hiddenFields, openWeb, type TestBrowser, type WebWorld } from '../../tests/support/web';

const ANA = 'ana@example.com';
const PASSWORD = 'seven green umbrellas';
const ORIGIN = 'https://sonde.example.com';

let world: WebWorld;
let browser: TestBrowser;
beforeAll(async () => {
  world = await openWeb();
  browser = world.browser();
  await browser.submit('/signup', '/signup', { email: ANA, password: PASSWORD });
});
afterAll(() => world.close());

const keyForm = async (visitor = browser) =>
  hiddenFields((await visitor.get('/app')).html, '/app/keys');
const keyCount = async () => {
  const { id } = await world.accounts.byEmail(ANA);
  return (await world.keys.live(id)).length;
};

async function makeKey(headers: Record<string, string>, fields?: Record<string, string>) {
  const before = await keyCount();
  const sent = { ...(await keyForm()), name: 'mine', ...fields };
  const answer = await browser.post('/app/keys', sent, headers);
  return { status: answer.status, html: answer.html, isMade: (await keyCount()) > before };
}

test('a form of ours is taken', async () => {
  expect(await makeKey({})).toMatchObject({ status: 200, isMade: true });
});

test.each(['cross-site', 'same-site', 'none', 'nonsense'])(
  'a form that the browser calls %s is refused, though its token is right',
  async (site) => {
    const { status, isMade, html } = await makeKey({ 'sec-fetch-site': site, origin: ORIGIN });
    expect([status, isMade]).toEqual([403, false]);
    expect(html).toContain('another site sent this form');
  },
);

test.each([[{ csrf_token: '' }], [{ csrf_token: 'x' }], [{ csrf_token: 'A'.repeat(43) }]])(
  'a form with %j is refused, though the browser calls it ours',
  async (fields) => {
    const { status, isMade, html } = await makeKey({}, fields);
    expect([status, isMade]).toEqual([403, false]);
    expect(html).toContain('load its page again');
  },
);

test("another user's token and a guest's are refused", async () => {
  const other = world.browser();
  const guest = hiddenFields((await other.get('/login')).html, '/login');
  await other.submit('/signup', '/signup', { email: 'eve@example.com', password: PASSWORD });
  const theirs = await keyForm(other);
  for (const { csrf_token = '' } of [guest, theirs]) {
    expect(await makeKey({}, { csrf_token })).toMatchObject({ status: 403, isMade: false });
  }
});

test('a form that was filled in without a session acts for nobody', async () => {
  const other = world.browser();
  const guest = hiddenFields((await other.get('/login')).html, '/login');
  await other.submit('/login', '/login', { email: ANA, password: PASSWORD });
  const before = await keyCount();
  const answer = await other.post('/app/keys', { ...guest, name: 'mine' });
  expect([answer.status, await keyCount()]).toEqual([303, before]);
  expect(answer.location).toBe('/login?next=%2Fapp');
});

test.each(['/login', '/signup', '/forgot-password', '/sign-in', '/reset-password'])(
  '%s takes no form without the token of this browser',
  async (path) => {
    const stranger = world.browser();
    const planted = hiddenFields((await world.browser().get(path)).html, path);
    const fields = { email: 'new@example.com', password: PASSWORD };
    expect((await stranger.post(path, { ...planted, ...fields })).status).toBe(403);
    await stranger.get(path);
    expect((await stranger.post(path, { ...planted, ...fields })).status).toBe(403);
  },
);

/** What browsers send that do not know Fetch Metadata, or leave it out over plain http. */
async function withoutMetadata(host: string, origin: string | null) {
  const { csrf_token = '' } = await keyForm();
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const answer = await world.handle(
    new Request(`${ORIGIN}/app/keys`, {
      method: 'POST',
      headers: {
        accept: 'text/html',
        'content-type': 'application/x-www-form-urlencoded',
        cookie,
        host,
        ...(origin === null ? {} : { origin }),
      },
      body: new URLSearchParams({ csrf_token, name: 'old' }),
    }),
  );
  return { status: answer.status, html: await answer.text() };
}

test('an old browser is believed by its Origin alone', async () => {
  const host = 'sonde.example.com';
  expect((await withoutMetadata(host, ORIGIN)).status).toBe(200);
  // Behind a proxy that changes the Host, the configured address counts.
  expect((await withoutMetadata('10.0.0.7:8787', ORIGIN)).status).toBe(200);
  expect((await withoutMetadata(host, 'https://evil.example')).status).toBe(403);
  expect((await withoutMetadata(host, 'null')).status).toBe(403);
  const silent = await withoutMetadata(host, null);
  expect(silent.status).toBe(403);
  expect(silent.html).toContain('let it send the Origin header');
});

test('a form over 64 KiB, or of another type, is refused in words', async () => {
  const { status, html } = await makeKey({}, { name: 'x'.repeat(65_536) });
  expect(status).toBe(413);
  expect(html).toContain('shorten what you typed');
  const json = await makeKey({ 'content-type': 'application/json' });
  expect([json.status, json.isMade]).toEqual([415, false]);
});

test('signing out needs the token too', async () => {
  await browser.post('/logout', {});
  expect((await browser.get('/app')).status).toBe(200);
});

test('a program is told by a problem, and a script where to sign in', async () => {
  const visitor = world.browser();
  const program = await visitor.get('/app', { accept: '*/*' });
  expect([program.status, program.headers.get('content-type')]).toEqual([
    401,
    'application/problem+json',
  ]);
  const script = await visitor.get('/app', { 'hx-request': 'true' });
  expect(script.headers.get('hx-redirect')).toBe('/login?next=%2Fapp');
});

test('what lets people in is limited by address, and says so on a page', async () => {
  const limited = await openWeb({ signInsPerMinute: 2 });
  const listening = limited.listen();
  const post = (path: string) =>
    fetch(listening.url + path, { method: 'POST', headers: { accept: 'text/html' } });
  expect([(await post('/login')).status, (await post('/sign-in')).status]).toEqual([403, 403]);
  for (const path of ['/login', '/signup', '/sign-in', '/forgot-password', '/reset-password']) {
    const answer = await post(path);
    expect([path, answer.status, answer.headers.get('retry-after')]).toEqual([path, 429, '30']);
    expect(await answer.text()).toContain('<h1>Too many at once</h1>');
  }
  await listening.stop(0);
  await limited.close();
});
