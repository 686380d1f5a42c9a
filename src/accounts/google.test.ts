import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { type AuthWorld, openAuthWorld } from '../../tests/support/auth';
import { sha256Hex } from '../lib/ids';
import { createAddressPolicy } from '../net/addresses';
import { createFormPost } from '../net/form-post';
import { loopbackFetch, newKey } from './fixtures';
import { createGoogleSignIn } from './google';
import { GOOGLE_USER as ANA, type Google, startGoogle } from './google-fixture';
import { createIdentities } from './identities';
import type { SignupPolicy } from './types';

const CLIENT = { clientId: 'sonde.apps.example', clientSecret: 'a secret of ours' };
const REDIRECT = 'https://sonde.example.com/login/google/callback';
const MINUTE_MS = 60_000;
const PASSWORD = 'seven green umbrellas';

let world: AuthWorld;
let google: Google;
beforeEach(async () => {
  world = await openAuthWorld();
  google = await startGoogle({ ...CLIENT, clock: world.clock });
});
afterEach(async () => {
  await google.issuer.stop();
  await world.close();
});

function open(options: { signup?: SignupPolicy; clientSecret?: string; allow?: string[] } = {}) {
  const { signup = 'open', clientSecret = CLIENT.clientSecret, allow = ['127.0.0.0/8'] } = options;
  return createGoogleSignIn(
    { ...CLIENT, clientSecret, redirectUrl: REDIRECT, baseUrl: google.issuer.url },
    {
      ...world,
      fetch: loopbackFetch,
      post: createFormPost({
        clock: world.clock,
        policy: createAddressPolicy(allow),
        userAgent: 'SondeBot/0',
      }),
      identities: createIdentities({ ...world, signup }),
    },
  );
}

/** What a browser does: it goes to Google, and brings back what Google gives it. */
async function consent(url: string): Promise<{ state: string; code: string }> {
  const answer = await fetch(url, { redirect: 'manual' });
  const back = new URL(answer.headers.get('location') ?? '');
  expect(back.origin + back.pathname).toBe(REDIRECT);
  return { state: back.searchParams.get('state')!, code: back.searchParams.get('code')! };
}

async function dance(signIn = open()) {
  const { url, ticket } = await signIn.start();
  return signIn.finish({ ticket, ...(await consent(url)) });
}

const users = () => world.accounts.list({ limit: 10, offset: 0 });

describe('the way to Google and back', () => {
  test('makes an account, and finds it again though the address changes', async () => {
    const ana = await dance();
    expect(ana).toMatchObject({ email: ANA, status: 'active', epoch: 0 });
    google.person.email = 'ana@new.example';
    expect(await dance()).toEqual(ana);
    expect(await users()).toHaveLength(1);
  });

  test('asks for a code with S256, a nonce and no more than the profile, and keeps no secret', async () => {
    const { url, ticket, expiresMs } = await open().start();
    const asked = new URL(url).searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: 'code',
      client_id: CLIENT.clientId,
      scope: 'openid email profile',
      code_challenge_method: 'S256',
    });
    const secrets = ['state', 'nonce', 'code_challenge'].map((name) => asked.get(name));
    expect(new Set([...secrets, ticket, sha256Hex(ticket)]).size).toBe(5);
    expect(expiresMs - world.clock.nowMs()).toBe(10 * MINUTE_MS);
  });

  test('is good once', async () => {
    const signIn = open();
    const { url, ticket } = await signIn.start();
    const back = await consent(url);
    await signIn.finish({ ticket, ...back });
    const again = consent(url).then((next) => signIn.finish({ ticket, ...next }));
    await expect(again).rejects.toMatchObject({ code: 'invalid_request', field: 'state' });
  });

  test('is good for 10 minutes', async () => {
    const signIn = open();
    const { url, ticket } = await signIn.start();
    world.clock.advance(10 * MINUTE_MS);
    const late = consent(url).then((back) => signIn.finish({ ticket, ...back }));
    await expect(late).rejects.toMatchObject({ code: 'invalid_request' });
  });

  test('that was never finished leaves nothing behind', async () => {
    const signIn = open();
    await Promise.all([signIn.start(), signIn.start()]);
    world.clock.advance(10 * MINUTE_MS);
    await signIn.start();
    const file = new Database(world.db.path, { readonly: true });
    expect(file.query('SELECT count(*) AS count FROM google_ticket').get()).toEqual({ count: 1 });
    file.close();
  });

  test('belongs to the browser that began it', async () => {
    const signIn = open();
    const mine = await signIn.start();
    const theirs = await signIn.start();
    const back = await consent(theirs.url);
    for (const ticket of [mine.ticket, '', 'x'.repeat(43)]) {
      await expect(signIn.finish({ ticket, ...back })).rejects.toMatchObject({
        code: 'invalid_request',
      });
    }
    expect(await signIn.finish({ ticket: theirs.ticket, ...back })).toMatchObject({ email: ANA });
  });

  test('does not take the code of another sign-in: its verifier is another', async () => {
    const signIn = open();
    const mine = await signIn.start();
    const theirs = await signIn.start();
    const { state } = await consent(mine.url);
    const { code } = await consent(theirs.url);
    await expect(signIn.finish({ ticket: mine.ticket, state, code })).rejects.toMatchObject({
      code: 'unauthenticated',
    });
    expect(await users()).toEqual([]);
  });

  test.each([
    ['nonce', { nonce: 'of another sign-in' }],
    ['issuer', { iss: 'https://other.example' }],
    ['audience', { aud: 'another.apps.example' }],
    ['party', { aud: [CLIENT.clientId, 'another'], azp: 'another' }],
    ['end', { exp: 1 }],
    ['subject', { sub: '' }],
  ])('refuses an id_token of another %s', async (_what, lie) => {
    Object.assign(google.lies, lie);
    await expect(dance()).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(await users()).toEqual([]);
  });

  test('refuses an id_token that Google did not sign', async () => {
    const signIn = open();
    await dance(signIn);
    google.issuer.published[0] = { ...(await newKey('first')), kid: 'first' };
    await expect(dance(signIn)).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});

describe('whom it lets in', () => {
  test('an address that Google did not verify never links', async () => {
    const { user } = await world.auth.signup({ email: ANA, password: PASSWORD });
    await world.auth.verifyEmail(await world.mailedToken(ANA));
    google.person.email_verified = false;
    expect((await dance()).userId).not.toBe(user.id);
  });

  test('one that both sides verified does', async () => {
    const { user } = await world.auth.signup({ email: ANA, password: PASSWORD });
    await expect(dance()).rejects.toMatchObject({ code: 'conflict' });
    await world.auth.verifyEmail(await world.mailedToken(ANA));
    expect(await dance()).toMatchObject({ userId: user.id });
  });

  test('a suspended user is forbidden, and nobody new while sign-up is closed', async () => {
    await expect(dance(open({ signup: 'closed' }))).rejects.toMatchObject({ code: 'forbidden' });
    const { userId } = await dance();
    await world.db.write((tx) => world.accounts.setSuspended(tx, userId, true));
    await expect(dance()).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('the token endpoint', () => {
  test('that refuses our own secret is the operator’s trouble, not the user’s', async () => {
    await expect(dance(open({ clientSecret: 'old' }))).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  test.each([
    ['an error', () => new Response('down', { status: 500 }), 'unavailable'],
    ['no token', () => Response.json({ access_token: 'x' }), 'unavailable'],
    ['no JSON', () => new Response('<html>'), 'unavailable'],
    ['too much', () => new Response('x'.repeat(100_000)), 'fetch_failed'],
  ])('that answers %s signs nobody in', async (_what, answer, code) => {
    google.issuer.routes['/token'] = answer;
    await expect(dance()).rejects.toMatchObject({ code });
  });

  test('that redirects is not followed: the form holds our secret', async () => {
    google.issuer.routes['/token'] = () => Response.redirect(`${google.issuer.url}/elsewhere`, 307);
    await expect(dance()).rejects.toMatchObject({ code: 'unavailable' });
    expect(google.issuer.asked).not.toContain('/elsewhere');
  });

  test('at a private address is not asked unless the operator allows it', async () => {
    await expect(dance(open({ allow: [] }))).rejects.toMatchObject({ code: 'fetch_refused' });
    expect(google.issuer.asked).not.toContain('/token');
  });

  test('that never answers is left after 10 s', async () => {
    const { promise: isAsked, resolve: asked } = Promise.withResolvers<void>();
    google.issuer.routes['/token'] = () => {
      asked();
      return new Promise<Response>(() => {});
    };
    const stuck = dance();
    stuck.catch(() => {});
    await isAsked;
    world.clock.advance(10_000);
    await expect(stuck).rejects.toMatchObject({ code: 'fetch_failed' });
    expect(world.clock.pending).toBe(0);
  });
});
