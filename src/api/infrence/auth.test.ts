import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { Elysia } from 'elysia';
import { type AuthWorld, openAuthWorld } from '../../../tests/support/auth';
import { composeApp } from '../../http/app';
import { adminPrincipalOf } from '../../http/principal';
import { createKeys } from '../../keys/service';
import { authRoutes } from './auth';
import { authModels } from './schemas-auth';
import { settingsRoutes } from './settings';

const PASSWORD = 'seven green umbrellas';
const NEXT_PASSWORD = 'nine blue kettles';
const ANA = { email: 'ana@example.com', password: PASSWORD };

interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever was answered
  body: any;
}

let world: AuthWorld;
let app: ReturnType<typeof composeApp>;

async function open(signup: 'open' | 'closed' = 'open'): Promise<void> {
  world = await openAuthWorld({ signup });
  const adminOnly = new Elysia({ name: 'test.admin' }).get('/api/admin/test', ({ request }) =>
    adminPrincipalOf(request.headers, world.accounts),
  );
  app = composeApp({
    log: world.log,
    routes: [new Elysia().model(authModels), authRoutes(world), settingsRoutes(world), adminOnly],
  });
}
beforeEach(() => open());
afterEach(() => world.close());

async function call(method: string, path: string, body?: unknown, token?: string): Promise<Answer> {
  const headers = new Headers();
  if (body !== undefined) headers.set('content-type', 'application/json');
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await app.handle(
    new Request(`http://localhost${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: text }),
    }),
  );
  const answered = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    body: answered === '' ? null : JSON.parse(answered),
  };
}

const post = (path: string, body: unknown, token?: string) =>
  call('POST', `/api/auth/${path}`, body, token);
const me = (token?: string) => call('GET', '/api/auth/me', undefined, token);
const put = (path: string, body: unknown, token?: string) =>
  call('PUT', `/api/settings/${path}`, body, token);
const signup = async () => (await post('signup', ANA)).body;

const ajv = addFormats(new Ajv({ keywords: ['x-sonde-addition'] }));
const isAuthResponse = ajv.compile(authModels.AuthResponse);
const isUserDto = ajv.compile(authModels.UserDto);

describe('the operations of the contract', () => {
  test('signup, login, refresh and me answer what their schemas say', async () => {
    const signedUp = await post('signup', { ...ANA, first_name: 'Ana', last_name: null });
    const { refresh_token } = signedUp.body;
    const answers = [signedUp, await post('login', ANA), await post('refresh', { refresh_token })];
    for (const { status, headers, body } of answers) {
      expect(status).toBe(200);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(isAuthResponse(body)).toBe(true);
      const current = await me(body.access_token);
      expect(current).toMatchObject({ status: 200, body: body.user });
      expect(isUserDto(current.body)).toBe(true);
    }
    expect(signedUp.body.user).toMatchObject({ first_name: 'Ana', last_name: '', is_admin: false });
  });

  test('logout ends the session, and answers 200 for any token', async () => {
    const { access_token, refresh_token } = await signup();
    expect(await post('logout', { refresh_token })).toMatchObject({ status: 200, body: null });
    expect((await post('logout', { refresh_token })).status).toBe(200);
    expect((await me(access_token)).status).toBe(401);
    expect((await post('refresh', { refresh_token })).status).toBe(401);
  });

  test('forgot-password answers alike for known and unknown addresses', async () => {
    await signup();
    const known = await post('forgot-password', { email: ANA.email });
    const unknown = await post('forgot-password', { email: 'nobody@example.com' });
    expect(known).toMatchObject({ status: 200, body: null });
    expect({ ...known, headers: [...known.headers] }).toEqual({
      ...unknown,
      headers: [...unknown.headers],
    });
  });

  test('reset-password sets the password of the mailed link, and then refuses it', async () => {
    await signup();
    await post('forgot-password', { email: ANA.email });
    await world.runJobs();
    const token = await world.mailedToken(ANA.email);
    const reset = () => post('reset-password', { token, password: NEXT_PASSWORD });
    expect((await reset()).status).toBe(200);
    expect(await reset()).toMatchObject({ status: 400, body: { field: 'token' } });
    expect((await post('login', { ...ANA, password: NEXT_PASSWORD })).status).toBe(200);
  });

  test('verify-email leads to the dashboard, and refuses what is no link', async () => {
    const { access_token } = await signup();
    const path = `/api/auth/verify-email?token=${await world.mailedToken(ANA.email)}`;
    const verified = await call('GET', path);
    expect(verified.status).toBe(302);
    expect(verified.headers.get('location')).toBe('/app');
    expect((await me(access_token)).body.email_verified).toBe(true);
    expect((await call('GET', path)).status).toBe(400);
    expect((await call('GET', '/api/auth/verify-email?token=x')).status).toBe(400);
    expect((await call('GET', '/api/auth/verify-email')).status).toBe(400);
  });

  test('settings change the profile and the marketing preference', async () => {
    const { access_token } = await signup();
    const names = { first_name: 'Ana', last_name: 'Núñez' };
    expect((await put('profile', names, access_token)).status).toBe(200);
    expect((await put('marketing', { enabled: true }, access_token)).status).toBe(200);
    expect((await me(access_token)).body).toMatchObject({
      ...names,
      marketing_emails_enabled: true,
    });
  });

  test('settings change the password, which signs out', async () => {
    const { access_token } = await signup();
    const change = (current_password: string, new_password: string) =>
      put('password', { current_password, new_password }, access_token);
    expect((await change('wrong password', NEXT_PASSWORD)).status).toBe(401);
    expect(await change(PASSWORD, 'short')).toMatchObject({
      status: 400,
      body: { field: 'new_password' },
    });
    expect((await change(PASSWORD, NEXT_PASSWORD)).status).toBe(200);
    expect((await me(access_token)).status).toBe(401);
    expect((await post('login', ANA)).status).toBe(401);
  });
});

describe('bad input', () => {
  test.each([
    ['signup', { ...ANA, email: 'ana' }, 400],
    ['signup', { ...ANA, password: 'password' }, 400],
    ['signup', { email: ANA.email }, 400],
    ['signup', { ...ANA, is_admin: true }, 400],
    ['signup', { ...ANA, email: 'taken@example.com' }, 409],
    ['login', { ...ANA, password: 'wrong password' }, 401],
    ['login', { ...ANA, remember: true }, 400],
    ['login', '{"email":', 400],
    ['login', { ...ANA, email: 'x'.repeat(1_100_000) }, 413],
    ['refresh', { refresh_token: 7 }, 400],
    ['refresh', { refresh_token: 'x' }, 401],
    ['forgot-password', {}, 400],
    ['reset-password', { token: 'x', password: NEXT_PASSWORD }, 400],
  ])('%s of a bad body is a problem', async (path, body, status) => {
    await post('signup', { ...ANA, email: 'taken@example.com' });
    const answer = await post(path, body);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(JSON.stringify(answer.body)).not.toContain(PASSWORD);
  });

  test('sign-up that is closed is 403', async () => {
    await world.close();
    await open('closed');
    expect(await post('signup', ANA)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });

  test('a stranger is told so before the body is looked at', async () => {
    expect((await put('marketing', '{"enabled":')).status).toBe(401);
    const { access_token } = await signup();
    expect((await put('marketing', '{"enabled":', access_token)).status).toBe(400);
  });

  test('settings take no unknown field', async () => {
    const { access_token } = await signup();
    expect((await put('marketing', { enabled: true, x: 1 }, access_token)).status).toBe(400);
    expect((await put('marketing', { enabled: 'yes' }, access_token)).status).toBe(400);
  });
});

describe('who is let in', () => {
  const key = async (userId: string) =>
    (await createKeys(world).create({ userId, name: 'x' })).plaintext;
  const admin = (token?: string) => call('GET', '/api/admin/test', undefined, token);

  test('nobody without a token, with a bad one, or with an API key', async () => {
    const { user } = await signup();
    for (const token of [undefined, 'x', 'a.b.c', await key(user.id)]) {
      expect(await me(token)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
      expect((await put('marketing', { enabled: true }, token)).status).toBe(401);
    }
  });

  test('no suspended user: 403 by token and by password', async () => {
    const { user, access_token } = await signup();
    await world.db.write((tx) => world.accounts.setSuspended(tx, user.id, true));
    expect((await me(access_token)).status).toBe(403);
    expect((await post('login', ANA)).status).toBe(403);
  });

  test('to what an admin may do: admins, and no member or API key', async () => {
    const member = await signup();
    const boss = { email: 'bo@example.com', password: PASSWORD };
    await world.accounts.create({ ...boss, role: 'admin' });
    const signedIn = (await post('login', boss)).body;
    expect(await admin(signedIn.access_token)).toMatchObject({
      status: 200,
      body: { userId: signedIn.user.id, isAdmin: true, email: boss.email, status: 'active' },
    });
    expect((await admin(member.access_token)).status).toBe(403);
    expect((await admin(await key(member.user.id))).status).toBe(403);
    expect((await admin(await key(signedIn.user.id))).status).toBe(403);
    expect((await admin()).status).toBe(401);
    expect((await admin('x')).status).toBe(401);
  });
});
