import { afterEach, beforeEach, expect, test } from 'bun:test';
import { type AuthWorld, openAuthWorld } from '../../tests/support/auth';
import { loopbackFetch } from '../accounts/fixtures';
import { createGoogleSignIn } from '../accounts/google';
import { GOOGLE_USER, type Google, startGoogle } from '../accounts/google-fixture';
import { createIdentities } from '../accounts/identities';
import { googleSettings } from '../accounts/issuer-settings';
import { createWebSessions } from '../accounts/web-sessions';
import { composeApp } from '../http/app';
import { createRateLimiter } from '../http/limits';
import { listen } from '../http/listen';
import { assert } from '../lib/assert';
import { createAddressPolicy } from '../net/addresses';
import { createFormPost } from '../net/form-post';
import { createCookies } from './cookies';
import { type GoogleRouteDeps, googleRoutes } from './google';
import { createBrowsers } from './session';

const BASE_URL = 'https://sonde.example.com';
const CLIENT = { googleClientId: 'sonde.apps.example', googleClientSecret: 'a secret of ours' };

let world: AuthWorld;
let google: Google;
beforeEach(async () => {
  world = await openAuthWorld();
  const { googleClientId: clientId, googleClientSecret: clientSecret } = CLIENT;
  google = await startGoogle({ clientId, clientSecret, clock: world.clock });
});
afterEach(async () => {
  await google.issuer.stop();
  await world.close();
});

function open(changes: Partial<GoogleRouteDeps> = {}) {
  const cookies = createCookies(BASE_URL);
  const webSessions = createWebSessions(world);
  const browsers = createBrowsers({ ...world, webSessions, cookies, baseUrl: BASE_URL });
  const settings = googleSettings({ ...CLIENT, googleUrl: google.issuer.url, baseUrl: BASE_URL });
  assert(settings, 'Google is configured');
  const policy = createAddressPolicy(['127.0.0.0/8']);
  const signIn = createGoogleSignIn(settings, {
    ...world,
    fetch: loopbackFetch,
    post: createFormPost({ clock: world.clock, policy, userAgent: 'SondeBot/0' }),
    identities: createIdentities({ ...world, signup: 'open' }),
  });
  const routes = googleRoutes({
    google: signIn,
    browsers,
    cookies,
    limiter: undefined,
    ...changes,
  });
  const app = composeApp({ log: world.log, routes: [routes] });
  return { app, browsers, browser: browserOf((request) => app.handle(request)) };
}

/** Keeps cookies as a browser does, and goes to Google itself where it is sent there. */
function browserOf(handle: (request: Request) => Promise<Response>) {
  const jar = new Map<string, string>();
  const headers = () => ({ cookie: [...jar].map((pair) => pair.join('=')).join('; ') });
  return {
    jar,
    headers,
    async go(url: string): Promise<Response> {
      if (!url.startsWith(BASE_URL)) return fetch(url, { redirect: 'manual' });
      const answer = await handle(new Request(url, { headers: headers() }));
      for (const line of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (line.includes('Max-Age=0')) jar.delete(name);
        else jar.set(name, value);
      }
      return answer;
    },
  };
}

const locationOf = (answer: Response) => answer.headers.get('location') ?? '';

test('a browser goes to Google and comes back signed in, with nothing of the way left', async () => {
  const { browser, browsers } = open();
  const start = await browser.go(`${BASE_URL}/login/google`);
  expect(start.status).toBe(303);
  expect(start.headers.getSetCookie()[0]).toMatch(
    /^__Host-sonde_google=[\w-]{43}; .*HttpOnly; SameSite=Lax; Secure$/,
  );
  expect(start.headers.get('cache-control')).toBe('no-store');
  const consent = await browser.go(locationOf(start));
  const back = await browser.go(locationOf(consent));
  expect([back.status, locationOf(back)]).toEqual([303, '/app']);
  expect([...browser.jar.keys()]).toEqual(['__Host-sonde_session']);
  const request = new Request(`${BASE_URL}/app`, { headers: browser.headers() });
  expect(await browsers.viewerOf(request)).toMatchObject({
    email: GOOGLE_USER,
    emailVerified: true,
    hasPassword: false,
  });
});

test('an answer of Google that another browser asked for signs nobody in', async () => {
  const { browser } = open();
  const other = open().browser;
  await browser.go(`${BASE_URL}/login/google`);
  const start = await other.go(`${BASE_URL}/login/google`);
  const back = await browser.go(locationOf(await other.go(locationOf(start))));
  expect(back.status).toBe(400);
  expect([...browser.jar.keys()]).toEqual(['__Host-sonde_google']);
  expect(await world.accounts.list({ limit: 1, offset: 0 })).toEqual([]);
});

test('who says no at Google is back at the sign-in page', async () => {
  const { browser } = open();
  await browser.go(`${BASE_URL}/login/google`);
  const back = await browser.go(`${BASE_URL}/login/google/callback?error=access_denied&state=x`);
  expect([back.status, locationOf(back)]).toEqual([303, '/login']);
  expect(browser.jar.size).toBe(0);
});

test.each(['', '?state=x', `?state=x&code=${'x'.repeat(3_000)}`])(
  'a return with %p is refused in words',
  async (query) => {
    const back = await open().browser.go(`${BASE_URL}/login/google/callback${query}`);
    expect(back.status).toBe(400);
    expect(back.headers.get('content-type')).toBe('application/problem+json');
  },
);

test('without Google configured, both addresses say so', async () => {
  const { browser } = open({ google: undefined });
  for (const path of ['/login/google', '/login/google/callback?code=x&state=y']) {
    const answer = await browser.go(`${BASE_URL}${path}`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('not set up') });
  }
});

test('who starts too often is told to wait', async () => {
  const limiter = createRateLimiter({ clock: world.clock, perMinute: 1 });
  const listening = listen(open({ limiter }).app, { host: '127.0.0.1', port: 0 });
  const start = () => fetch(`${listening.url}/login/google`, { redirect: 'manual' });
  expect((await start()).status).toBe(303);
  const refused = await start();
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
  await listening.stop(0);
});
