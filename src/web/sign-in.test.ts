import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { hiddenFields, openWeb, type TestBrowser, type WebWorld } from '../../tests/support/web';
import { sha256Hex } from '../lib/ids';

const ANA = 'ana@example.com';
const PASSWORD = 'seven green umbrellas';
const COOKIE = '__Host-sonde_session';
const DAY_MS = 24 * 3_600_000;
const GENERIC = 'the address or the password is wrong';

let world: WebWorld;
let browser: TestBrowser;
beforeEach(async () => {
  world = await openWeb();
  browser = world.browser();
});
afterEach(() => world.close());

const signUp = (visitor = browser, email = ANA) =>
  visitor.submit('/signup', '/signup', { email, password: PASSWORD });
const signIn = (visitor = browser, password = PASSWORD, email = ANA) =>
  visitor.submit('/login', '/login', { email, password });
const isSignedIn = async (visitor = browser) => (await visitor.get('/app')).status === 200;
const mailedToken = async () => {
  const [message] = await world.mail.list({ limit: 1, offset: 0 });
  return /token=([\w-]+)/.exec(message?.text ?? '')?.[1] ?? '';
};
async function signInLink(): Promise<string> {
  const { id } = await world.accounts.byEmail(ANA);
  const { url } = await world.db.write((tx) => world.auth.issueLink(tx, 'sign_in', id));
  return url.slice(url.indexOf('/sign-in'));
}

describe('sign-up', () => {
  test('makes an account, signs in, and says to look for the mail', async () => {
    const answer = await signUp();
    expect([answer.status, answer.location]).toEqual([303, '/app/confirm-address']);
    expect((await browser.get('/app/confirm-address')).html).toContain(ANA);
    const { html } = await browser.get('/app');
    expect(html).toContain('500 credits');
    expect(html).toContain('not confirmed yet');
  });

  test('keeps the address and never the password when it is refused', async () => {
    const { status, html } = await browser.submit('/signup', '/signup', {
      email: ANA,
      password: 'short',
    });
    expect(status).toBe(400);
    expect(html).toContain(`value="${ANA}"`);
    expect(html).toContain('id="field-password-error"');
    expect(html).not.toContain('short');
  });

  test('says beside the address that it is taken', async () => {
    await signUp();
    const { status, html } = await signUp(world.browser());
    expect(status).toBe(409);
    expect(html).toContain('id="field-email-error"');
  });

  test('sends another mail at most once a minute', async () => {
    await signUp();
    const again = () => browser.submit('/app/confirm-address', '/app/confirm-address');
    const early = await again();
    expect([early.status, early.headers.get('retry-after')]).toEqual([429, '60']);
    world.clock.advance(60_000);
    expect((await again()).location).toBe('/app/confirm-address?sent');
    expect(await world.mail.list({ limit: 9, offset: 0 })).toHaveLength(2);
    await world.auth.verifyEmail(await mailedToken());
    expect((await browser.get('/app')).html).not.toContain('not confirmed yet');
  });

  test('is refused in words where it is closed', async () => {
    const closed = await openWeb({ signup: 'closed' });
    const visitor = closed.browser();
    const { html } = await visitor.get('/signup');
    expect(html).toContain('closed');
    expect(html).not.toContain('action="/signup"');
    const guest = hiddenFields((await visitor.get('/login')).html, '/login');
    const answer = await visitor.post('/signup', { ...guest, email: ANA, password: PASSWORD });
    expect(answer.status).toBe(403);
    await closed.close();
  });

  test('under approval makes an account that may look, and make no key', async () => {
    const approval = await openWeb({ signup: 'approval' });
    const visitor = approval.browser();
    await signUp(visitor);
    expect((await visitor.get('/app')).html).toContain('An admin has to let you in');
    const refused = await visitor.submit('/app', '/app/keys', { name: 'mine' });
    expect(refused.status).toBe(403);
    expect(refused.html).toContain('pending');
    const asked = await visitor.submit('/app', '/app/jobs', { question: 'How long?' });
    expect(asked.status).toBe(403);
    await approval.close();
  });
});

describe('signing in', () => {
  beforeEach(() => signUp(world.browser()));

  test('sets a cookie that scripts, other sites and plain http do not get', async () => {
    const answer = await signIn();
    const [line = ''] = answer.headers.getSetCookie();
    expect(line).toStartWith(`${COOKIE}=`);
    const attributes = line.split('; ').slice(1).sort();
    expect(attributes).toEqual([
      'HttpOnly',
      'Max-Age=34560000',
      'Path=/',
      'SameSite=Lax',
      'Secure',
    ]);
    expect(await isSignedIn()).toBe(true);
  });

  test('over plain http to another machine takes a bare cookie', async () => {
    const plain = await openWeb({ baseUrl: 'http://sonde.lan:8787' });
    const answer = await signUp(plain.browser());
    const [line = ''] = answer.headers.getSetCookie();
    expect(line).toStartWith('sonde_session=');
    expect(line).not.toContain('Secure');
    expect(line).toContain('HttpOnly');
    await plain.close();
  });

  test('begins a session of a new id, and ends the one the browser had', async () => {
    await signIn();
    const planted = browser.cookies.get(COOKIE)!;
    // Signed in already, /login leads on: the form is one that was open before.
    const other = world.browser();
    const form = hiddenFields((await other.get('/login')).html, '/login');
    other.cookies.set(COOKIE, planted);
    const answer = await other.post('/login', { ...form, email: ANA, password: PASSWORD });
    expect(answer.status).toBe(303);
    expect(other.cookies.get(COOKIE)).not.toBe(planted);
    expect(await isSignedIn(other)).toBe(true);
    expect(await isSignedIn()).toBe(false);
  });

  test('keeps no id that a browser could send', async () => {
    await signIn();
    const id = browser.cookies.get(COOKIE)!;
    const raw = new Database(world.file.path, { readonly: true });
    const hashes = raw.query('SELECT hash FROM web_session').values().flat();
    raw.close();
    expect(hashes).toContain(sha256Hex(id));
    expect(hashes).not.toContain(id);
    const visitor = world.browser();
    visitor.cookies.set(COOKIE, sha256Hex(id));
    expect(await isSignedIn(visitor)).toBe(false);
  });

  test('answers alike for a wrong password and an unknown address', async () => {
    const wrong = await signIn(browser, 'nine blue kettles');
    const unknown = await signIn(browser, PASSWORD, 'nobody@example.com');
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    for (const { html } of [wrong, unknown]) {
      expect(html).toContain(GENERIC);
      expect(html).not.toContain(PASSWORD);
    }
  });

  test.each([
    ['/app/keys', '/app/keys'],
    ['/app?a=1', '/app?a=1'],
    ['//evil.example', '/app'],
    ['/\\evil.example', '/app'],
    ['/\t/evil.example', '/app'],
    ['https://evil.example/', '/app'],
    ['javascript:alert(1)', '/app'],
    ['', '/app'],
  ])('goes on to %p as %p', async (next, expected) => {
    const path = `/login?next=${encodeURIComponent(next)}`;
    const answer = await browser.submit(path, '/login', { email: ANA, password: PASSWORD });
    expect(answer.location).toBe(expected);
    expect((await browser.get(path)).location).toBe(expected);
    const form = hiddenFields((await world.browser().get(path)).html, '/login');
    expect(form.next).toBe(expected);
  });

  test('cannot be led elsewhere by a form that was changed', async () => {
    const fields = { email: ANA, password: PASSWORD, next: '//evil.example' };
    expect((await browser.submit('/login', '/login', fields)).location).toBe('/app');
  });

  test('ends where it is signed out', async () => {
    await signIn();
    const id = browser.cookies.get(COOKIE)!;
    const answer = await browser.submit('/app', '/logout');
    expect(answer.location).toBe('/');
    expect(browser.cookies.has(COOKIE)).toBe(false);
    browser.cookies.set(COOKIE, id);
    expect(await isSignedIn()).toBe(false);
  });
});

describe('a session', () => {
  let userId: string;
  beforeEach(async () => {
    await signUp();
    userId = (await world.accounts.byEmail(ANA)).id;
  });

  test('ends for every browser when the user is suspended, and stays ended', async () => {
    const second = world.browser();
    await signIn(second);
    const suspend = (on: boolean) =>
      world.db.write((tx) => world.accounts.setSuspended(tx, userId, on));
    await suspend(true);
    expect([await isSignedIn(), await isSignedIn(second)]).toEqual([false, false]);
    expect((await signIn(world.browser())).status).toBe(403);
    await suspend(false);
    expect(await isSignedIn(second)).toBe(false);
  });

  test('ends when the password is changed', async () => {
    await world.auth.changePassword(userId, { current: PASSWORD, next: 'nine blue kettles' });
    expect(await isSignedIn()).toBe(false);
  });

  test('ends after 30 days without use, and goes on with it', async () => {
    world.clock.advance(29 * DAY_MS);
    expect(await isSignedIn()).toBe(true);
    world.clock.advance(29 * DAY_MS);
    expect(await isSignedIn()).toBe(true);
    world.clock.advance(31 * DAY_MS);
    expect(await isSignedIn()).toBe(false);
  });

  test('is swept when it is over, and no other', async () => {
    await signIn(world.browser());
    const raw = new Database(world.file.path, { readonly: true });
    const count = () => raw.query('SELECT hash FROM web_session').values().length;
    await world.webSessions.sweep();
    expect(count()).toBe(2);
    world.clock.advance(31 * DAY_MS);
    await world.webSessions.sweep();
    expect(count()).toBe(0);
    raw.close();
  });

  test.each(['', 'x', '../../etc', 'a'.repeat(43), '"; --'])('is not opened by %p', async (id) => {
    const visitor = world.browser();
    visitor.cookies.set(COOKIE, id);
    const answer = await visitor.get('/app/jobs/x?y=1');
    expect([answer.status, answer.location]).toEqual([
      303,
      '/login?next=%2Fapp%2Fjobs%2Fx%3Fy%3D1',
    ]);
  });
});

describe('a link', () => {
  beforeEach(() => signUp(world.browser()));

  test('that signs in does so when its button is pressed, once', async () => {
    const path = await signInLink();
    for (let opened = 0; opened < 3; opened += 1)
      expect((await browser.get(path)).status).toBe(200);
    expect(await isSignedIn()).toBe(false);
    expect((await browser.submit(path, '/sign-in')).location).toBe('/app');
    expect(await isSignedIn()).toBe(true);
    const again = await world.browser().submit(path, '/sign-in');
    expect(again.status).toBe(400);
    expect(again.html).toContain('used or expired');
  });

  test('for a new password uses nothing up when it is opened, and ends every session', async () => {
    await signIn();
    await world.auth.sendResetLink(ANA);
    const path = `/reset-password?token=${await mailedToken()}`;
    await browser.get(path);
    expect(await isSignedIn()).toBe(true);
    const weak = await browser.submit(path, '/reset-password', { password: 'short' });
    expect([weak.status, weak.html.includes('id="field-password-error"')]).toEqual([400, true]);
    const next = 'nine blue kettles';
    const set = await browser.submit(path, '/reset-password', { password: next });
    expect(set.location).toBe('/login?reset');
    expect(await isSignedIn()).toBe(false);
    expect((await signIn(browser)).status).toBe(401);
    expect((await signIn(browser, next)).status).toBe(303);
  });

  test('for a new password is asked for with one answer for every address', async () => {
    const known = await browser.submit('/forgot-password', '/forgot-password', { email: ANA });
    const other = await browser.submit('/forgot-password', '/forgot-password', { email: 'x' });
    expect([known.status, known.location]).toEqual([other.status, other.location]);
  });

  test('lets an admin without a password in, who can set one and stays signed in', async () => {
    const email = 'admin@sonde.localhost';
    const { id } = await world.accounts.create({ email, password: null, role: 'admin' });
    const { url } = await world.db.write((tx) => world.auth.issueLink(tx, 'sign_in', id));
    await browser.submit(url.slice(url.indexOf('/sign-in')), '/sign-in');
    expect((await browser.get('/app')).html).toContain('Set a password');
    const set = await browser.submit('/app', '/app/password', { password: PASSWORD });
    expect(set.location).toBe('/app');
    expect((await browser.get('/app')).html).not.toContain('Set a password');
    expect((await signIn(world.browser(), PASSWORD, email)).status).toBe(303);
  });
});
