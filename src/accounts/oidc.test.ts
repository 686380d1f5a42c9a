import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { exportSPKI, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { type AuthWorld, openAuthWorld } from '../../tests/support/auth';
import { userPrincipalOf } from '../http/principal';
import {
  guardedFetch,
  type Issuer,
  loopbackFetch,
  newKey,
  publicJwk,
  signedBy,
  startIssuer,
} from './fixtures';
import { createIdentities } from './identities';
import { createOidc, type OidcSettings } from './oidc';
import { createAccounts } from './service';
import type { SignupPolicy } from './types';

const AUDIENCE = 'sonde';
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const ANA = 'ana@example.com';
const PASSWORD = 'seven green umbrellas';

let world: AuthWorld;
let issuer: Issuer;
beforeEach(async () => {
  world = await openAuthWorld();
  issuer = await startIssuer();
});
afterEach(async () => {
  await issuer.stop();
  await world.close();
});

function open(
  options: { signup?: SignupPolicy; fetch?: typeof loopbackFetch } & Partial<OidcSettings> = {},
) {
  const { signup = 'open', fetch = loopbackFetch, ...settings } = options;
  const identities = createIdentities({ ...world, signup });
  const oidc = createOidc(
    { issuer: issuer.url, audience: AUDIENCE, ...settings },
    { fetch, clock: world.clock, identities },
  );
  const accounts = createAccounts({ ...world, oidc });
  return {
    accounts,
    ask: (token: string) =>
      userPrincipalOf(new Headers({ authorization: `Bearer ${token}` }), accounts),
  };
}

const nowSeconds = () => world.clock.nowMs() / SECOND_MS;
const claimsOf = (changes: JWTPayload = {}): JWTPayload => ({
  iss: issuer.url,
  aud: AUDIENCE,
  sub: 'ana',
  exp: nowSeconds() + 3_600,
  ...changes,
});
const token = (changes: JWTPayload = {}, header: Record<string, unknown> = {}) =>
  signedBy(issuer.published[0]!, claimsOf(changes), header);
const proven = (email: string): JWTPayload => ({ email, email_verified: true });
const users = () => world.accounts.list({ limit: 100, offset: 0 });
const unauthenticated = { code: 'unauthenticated' };

describe('a token of the configured issuer', () => {
  test('stands for a user who is made at first sight, with the Free credits, and found again', async () => {
    const { ask, accounts } = open();
    const names = { given_name: ' Ana\n', family_name: 'Lima' };
    const ana = await ask(await token({ ...proven(ANA), ...names }));
    expect(ana).toMatchObject({ email: ANA, status: 'active', isAdmin: false });
    expect(await accounts.profile(ana.userId)).toMatchObject({
      emailVerified: true,
      firstName: 'Ana',
      lastName: 'Lima',
    });
    expect((await world.credits.balance(ana.userId)).planMicros).toBe(500_000_000);
    expect(await ask(await token({ ...proven('ana@new.example'), jti: '2' }))).toEqual(ana);
    expect(await users()).toHaveLength(1);
  });

  test.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('may be signed with %s', async (alg) => {
    issuer.published[0] = await newKey('first', alg);
    expect(await open().ask(await token())).toMatchObject({ status: 'active' });
  });

  test('is taken when ours is one of several audiences, and by a JWKS address without metadata', async () => {
    const { ask } = open({ jwksUrl: `${issuer.url}/keys` });
    await ask(await token({ aud: ['other', AUDIENCE] }));
    expect(issuer.asked).toEqual(['/keys']);
  });

  const refused: [string, () => Promise<string>][] = [
    ['of another audience', () => token({ aud: 'other' })],
    ['without an audience', () => token({ aud: undefined })],
    ['of an issuer that differs by a slash', () => token({ iss: `${issuer.url}/` })],
    ['without an issuer', () => token({ iss: undefined })],
    ['that ended 61 s ago', () => token({ exp: nowSeconds() - 61 })],
    ['without an end', () => token({ exp: undefined })],
    ['that begins in 61 s', () => token({ nbf: nowSeconds() + 61 })],
    ['without a subject', () => token({ sub: undefined })],
    ['of an empty subject', () => token({ sub: '' })],
    ['of another use', () => token({}, { typ: 'logout+jwt' })],
    ['with a key id that is not published', () => token({}, { kid: 'unknown' })],
    ['signed by another key', async () => signedBy(await newKey('first'), claimsOf())],
    ['without a signature', async () => new UnsecuredJWT(claimsOf()).encode()],
    ['changed after it was signed', async () => changed(await token())],
    [
      'signed by HS256 with the public key as the secret',
      async () => {
        const secret = new TextEncoder().encode(await exportSPKI(issuer.published[0]!.publicKey));
        const header = { alg: 'HS256', kid: 'first' };
        return new SignJWT(claimsOf()).setProtectedHeader(header).sign(secret);
      },
    ],
  ];
  test.each(refused)('%s is refused, and makes no user', async (_what, make) => {
    await expect(open().ask(await make())).rejects.toMatchObject(unauthenticated);
    expect(await users()).toEqual([]);
  });

  test('is good for 60 s on either side of its times, and no longer though it was seen before', async () => {
    const { ask } = open();
    const early = await token({ nbf: nowSeconds() + 59 });
    expect(await ask(early)).toMatchObject({ status: 'active' });
    const late = await token({ exp: nowSeconds() - 59 });
    expect(await ask(late)).toMatchObject({ status: 'active' });
    world.clock.advance(2 * SECOND_MS);
    await expect(ask(late)).rejects.toMatchObject(unauthenticated);
  });

  test('of a suspended user is forbidden', async () => {
    const { ask, accounts } = open();
    const good = await token();
    const { userId } = await ask(good);
    await world.db.write((tx) => accounts.setSuspended(tx, userId, true));
    await expect(ask(good)).rejects.toMatchObject({ code: 'forbidden' });
  });
});

function changed(jwt: string): string {
  const [header, , signature] = jwt.split('.');
  const other = Buffer.from(JSON.stringify(claimsOf({ sub: 'admin' }))).toString('base64url');
  return `${header}.${other}.${signature}`;
}

describe('a new identity', () => {
  test('waits for an admin under approval', async () => {
    const { ask } = open({ signup: 'approval' });
    expect(await ask(await token())).toMatchObject({ status: 'pending' });
  });

  test('is refused while sign-up is closed, and a linked one is not', async () => {
    const { userId } = await open().ask(await token());
    const { ask } = open({ signup: 'closed' });
    await expect(ask(await token({ sub: 'ben' }))).rejects.toMatchObject({ code: 'forbidden' });
    expect(await ask(await token())).toMatchObject({ userId });
    expect(await users()).toHaveLength(1);
  });

  test.each([
    [{ email: ANA }],
    [{ email: ANA, email_verified: false }],
    [{ email: ANA, email_verified: 'true' }],
    [{ email: 'no address', email_verified: true }],
  ])('with %j gets an account without that address, whoever has it', async (claims) => {
    const { user } = await world.auth.signup({ email: ANA, password: PASSWORD });
    await world.auth.verifyEmail(await world.mailedToken(ANA));
    const found = await open().ask(await token(claims));
    expect(found.userId).not.toBe(user.id);
    expect(found.email).toMatch(/^[\w-]{36}@oidc\.invalid$/);
    expect(await world.accounts.profile(found.userId)).toMatchObject({ emailVerified: false });
  });

  test('is linked to the account of its address when both sides proved it', async () => {
    const { user } = await world.auth.signup({ email: ANA, password: PASSWORD });
    await world.auth.verifyEmail(await world.mailedToken(ANA));
    const { ask } = open({ signup: 'closed' });
    expect(await ask(await token(proven('Ana@Example.com')))).toMatchObject({ userId: user.id });
    expect(await users()).toHaveLength(1);
  });

  test('meets a conflict at an account that never proved the address, until its mail did', async () => {
    const { user } = await world.auth.signup({ email: ANA, password: PASSWORD });
    const { ask } = open();
    const good = await token(proven(ANA));
    await expect(ask(good)).rejects.toMatchObject({ code: 'conflict', field: 'email' });
    await world.auth.forgotPassword(ANA);
    await world.runJobs();
    const reset = { token: await world.mailedToken(ANA), password: 'nine blue kettles' };
    await world.auth.resetPassword(reset);
    expect(await ask(good)).toMatchObject({ userId: user.id });
  });

  test('becomes one user though 50 requests bring it at once, with one look at the keys', async () => {
    const { ask } = open();
    const tokens = await Promise.all(
      Array.from({ length: 50 }, (_, index) => token({ ...proven(ANA), jti: String(index) })),
    );
    const found = await Promise.all(tokens.map(ask));
    expect(new Set(found.map(({ userId }) => userId)).size).toBe(1);
    expect(issuer.asked).toEqual(['/.well-known/openid-configuration', '/keys']);
  });
});

describe('the keys of the issuer', () => {
  test('are loaded again for a key id that is new, at most once in 30 s', async () => {
    const { ask } = open();
    await ask(await token());
    const loads = () => issuer.asked.filter((path) => path === '/keys').length;
    issuer.published[0] = await newKey('second');
    const next = await token();
    await expect(ask(next)).rejects.toMatchObject(unauthenticated);
    expect(loads()).toBe(1);
    world.clock.advance(30 * SECOND_MS);
    expect(await ask(next)).toMatchObject({ status: 'active' });
    for (const kid of ['a', 'b', 'c']) {
      await expect(ask(await token({}, { kid }))).rejects.toMatchObject(unauthenticated);
    }
    expect(loads()).toBe(2);
  });

  test('that are withdrawn are good for 11 minutes at most', async () => {
    const { ask } = open();
    const old = await token();
    await ask(old);
    issuer.published[0] = await newKey('second');
    world.clock.advance(11 * MINUTE_MS);
    await expect(ask(old)).rejects.toMatchObject(unauthenticated);
  });

  test('stand for an hour while the issuer is down; then it is 503 with Retry-After', async () => {
    const { ask } = open();
    await ask(await token());
    await issuer.stop();
    world.clock.advance(59 * MINUTE_MS);
    expect(await ask(await token())).toMatchObject({ status: 'active' });
    world.clock.advance(MINUTE_MS);
    await expect(ask(await token())).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterSeconds: 30,
    });
  });

  test('that cannot be had leave our own tokens alone, and are not asked for by them', async () => {
    issuer.routes['/keys'] = () => new Response('broken', { status: 500 });
    const { ask } = open();
    const { accessToken, user } = await world.auth.signup({ email: ANA, password: PASSWORD });
    expect(await ask(accessToken)).toMatchObject({ userId: user.id });
    await expect(ask(`${accessToken}x`)).rejects.toMatchObject(unauthenticated);
    await expect(ask('inf_live_nothing')).rejects.toMatchObject(unauthenticated);
    expect(issuer.asked).toEqual([]);
    await expect(ask(await token())).rejects.toMatchObject({ code: 'unavailable' });
    await expect(ask(await token({ jti: '2' }))).rejects.toMatchObject({ code: 'unavailable' });
    expect(issuer.asked).toHaveLength(2);
  });

  const bad: [string, () => Response][] = [
    ['no JSON', () => new Response('<html>')],
    ['no key set', () => Response.json({ keys: 'none' })],
    ['redirected', () => Response.redirect('/moved')],
  ];
  test.each(bad)('are not taken when their answer is %s', async (_what, answer) => {
    const keys = issuer.routes['/keys'];
    if (keys) issuer.routes['/moved'] = keys;
    issuer.routes['/keys'] = answer;
    await expect(open().ask(await token())).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('are not taken when they come with more than 256 KiB', async () => {
    const padding = 'x'.repeat(262_144);
    issuer.routes['/keys'] = async () =>
      Response.json({ keys: await Promise.all(issuer.published.map(publicJwk)), padding });
    await expect(open().ask(await token())).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('are not taken from metadata of another issuer, nor from behind plain http', async () => {
    const place = '/.well-known/openid-configuration';
    const { port } = new URL(issuer.url);
    const fetch = guardedFetch({ resolve: async () => ['127.0.0.1'] });
    for (const metadata of [
      { issuer: 'https://other.example', jwks_uri: `${issuer.url}/keys` },
      { issuer: issuer.url, jwks_uri: `http://keys.example:${port}/keys` },
    ]) {
      issuer.routes[place] = () => Response.json(metadata);
      await expect(open({ fetch }).ask(await token())).rejects.toMatchObject({
        code: 'unavailable',
      });
    }
    expect(issuer.asked).toEqual([place, place]);
  });

  test('are not fetched from a private address that the operator did not allow', async () => {
    const fetch = guardedFetch({ allow: [] });
    await expect(open({ fetch }).ask(await token())).rejects.toMatchObject({ code: 'unavailable' });
    expect(issuer.asked).toEqual([]);
  });

  test('one that is too short is the issuer’s fault, and never a user', async () => {
    const weak = await crypto.subtle.generateKey(
      {
        name: 'RSASSA-PKCS1-v1_5',
        modulusLength: 1_024,
        publicExponent: new Uint8Array([1, 0, 1]),
        hash: 'SHA-256',
      },
      true,
      ['sign', 'verify'],
    );
    issuer.published[0] = { alg: 'RS256', kid: 'weak', ...weak };
    const parts = [{ alg: 'RS256', kid: 'weak' }, claimsOf()].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    );
    const signed = new TextEncoder().encode(parts.join('.'));
    const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', weak.privateKey, signed);
    const jwt = [...parts, Buffer.from(signature).toString('base64url')].join('.');
    await expect(open().ask(jwt)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await users()).toEqual([]);
  });
});
