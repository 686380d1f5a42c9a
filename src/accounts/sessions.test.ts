import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { SignJWT } from 'jose';
import { type AuthWorld, openAuthWorld } from '../../tests/support/auth';
import type { SignedIn } from './types';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const PASSWORD = 'seven green umbrellas';

let world: AuthWorld;
let ana: SignedIn;

beforeEach(async () => {
  world = await openAuthWorld();
  ana = await world.auth.signup({ email: 'ana@example.com', password: PASSWORD });
});
afterEach(() => world.close());

const isGood = async (accessToken: string) =>
  (await world.accounts.authenticate(accessToken)) !== undefined;
const login = () => world.auth.login({ email: 'ana@example.com', password: PASSWORD });
const refused = { code: 'unauthenticated' };

describe('an access token', () => {
  test('stands for its user', async () => {
    expect(await world.accounts.authenticate(ana.accessToken)).toEqual({
      userId: ana.user.id,
      email: 'ana@example.com',
      isAdmin: false,
      status: 'active',
    });
  });

  test('is good for 15 minutes', async () => {
    world.clock.advance(15 * MINUTE_MS - 1);
    expect(await isGood(ana.accessToken)).toBe(true);
    world.clock.advance(1);
    expect(await isGood(ana.accessToken)).toBe(false);
  });

  test('ends with its session, and with no other', async () => {
    const other = await login();
    await world.auth.logout(ana.refreshToken);
    expect(await isGood(ana.accessToken)).toBe(false);
    expect(await isGood(other.accessToken)).toBe(true);
  });

  test('is good in another process on the same file', async () => {
    const { createSessions } = await import('./sessions');
    const beside = createSessions(world);
    expect(await beside.authenticate(ana.accessToken)).toMatchObject({ userId: ana.user.id });
  });

  test('is refused when one character of it is another', async () => {
    const token = ana.accessToken;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(token.length - 2),
        fc.constantFrom(...'AQgw09_-.'),
        async (at, sign) => {
          const forged = token.slice(0, at) + sign + token.slice(at + 1);
          expect(await isGood(forged)).toBe(forged === token);
        },
      ),
    );
  });

  test('is refused whatever else it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.base64String(), fc.webUrl()), async (text) => {
        expect(await isGood(text)).toBe(false);
      }),
    );
    expect(await isGood('x'.repeat(1_000_000))).toBe(false);
  });

  test('is refused when it is signed by another algorithm, key, issuer or for another use', async () => {
    const claims = { sid: ana.user.id, epoch: 0 };
    const sign = (header: { alg: string; typ: string }, issuer: string, key: Uint8Array) =>
      new SignJWT(claims)
        .setProtectedHeader(header)
        .setSubject(ana.user.id)
        .setIssuer(issuer)
        .setExpirationTime('1h')
        .sign(key);
    const ours = await world.db.bind(secretsOf).read.bytes();
    const theirs = crypto.getRandomValues(new Uint8Array(32));
    const good = { alg: 'HS256', typ: 'at+jwt' };
    const session = (await world.db.bind(sessionOf).read.id()) as string;
    claims.sid = session;
    const text = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const [, payload] = (await sign(good, 'sonde', ours)).split('.');
    expect(await isGood(await sign(good, 'sonde', ours))).toBe(true);
    expect(await isGood(await sign(good, 'sonde', theirs))).toBe(false);
    expect(await isGood(await sign(good, 'elsewhere', ours))).toBe(false);
    expect(await isGood(await sign({ ...good, typ: 'JWT' }, 'sonde', ours))).toBe(false);
    const wide = new Uint8Array(64);
    wide.set(ours);
    expect(await isGood(await sign({ ...good, alg: 'HS512' }, 'sonde', wide))).toBe(false);
    expect(await isGood(`${text({ ...good, alg: 'none' })}.${payload}.`)).toBe(false);
  });
});

const secretsOf = ({ prepare }: import('../db/client').Connection) => {
  const row = prepare<{ bytes: Uint8Array }>(
    `SELECT bytes FROM secret WHERE name = 'access_token'`,
  );
  return { bytes: async () => new Uint8Array((await row.get())!.bytes) };
};
const sessionOf = ({ prepare }: import('../db/client').Connection) => {
  const row = prepare<{ id: string }>('SELECT id FROM session LIMIT 1');
  return { id: async () => (await row.get())?.id };
};

describe('a refresh token', () => {
  test('is good once, and answers the next one', async () => {
    const next = await world.auth.refresh(ana.refreshToken);
    expect(next.refreshToken).not.toBe(ana.refreshToken);
    expect(await isGood(next.accessToken)).toBe(true);
    expect(await world.auth.refresh(next.refreshToken)).toMatchObject({ user: ana.user });
  });

  test('that is used again ends the whole family: thief and user are out', async () => {
    const next = await world.auth.refresh(ana.refreshToken);
    const other = await login();
    world.clock.advance(5_001);
    expect(world.auth.refresh(ana.refreshToken)).rejects.toMatchObject(refused);
    expect(world.auth.refresh(next.refreshToken)).rejects.toMatchObject(refused);
    expect(await isGood(next.accessToken)).toBe(false);
    expect(await isGood(other.accessToken)).toBe(true);
    expect(world.log.records).toContainEqual(
      expect.objectContaining({ level: 'warn', event: 'accounts.session_reuse' }),
    );
  });

  test('is forgiven for 5 s, and answers the same successor', async () => {
    const first = await world.auth.refresh(ana.refreshToken);
    world.clock.advance(5_000);
    const second = await world.auth.refresh(ana.refreshToken);
    expect(second.refreshToken).toBe(first.refreshToken);
    expect(await world.auth.refresh(second.refreshToken)).toMatchObject({ user: ana.user });
  });

  test('is forgiven only while its successor is the newest', async () => {
    const next = await world.auth.refresh(ana.refreshToken);
    const newest = await world.auth.refresh(next.refreshToken);
    expect(world.auth.refresh(ana.refreshToken)).rejects.toMatchObject(refused);
    expect(world.auth.refresh(newest.refreshToken)).rejects.toMatchObject(refused);
  });

  test('is good for 30 days from its last use', async () => {
    world.clock.advance(29 * DAY_MS);
    const next = await world.auth.refresh(ana.refreshToken);
    world.clock.advance(30 * DAY_MS);
    expect(world.auth.refresh(next.refreshToken)).rejects.toMatchObject(refused);
  });

  test('that nobody issued is refused, and ends nothing', async () => {
    for (const token of ['', 'x', 'A'.repeat(43), ana.user.id]) {
      expect(world.auth.refresh(token)).rejects.toMatchObject(refused);
      await world.auth.logout(token);
    }
    expect(await isGood(ana.accessToken)).toBe(true);
  });

  test('is not in the file', async () => {
    const { refreshToken } = await world.auth.refresh(ana.refreshToken);
    const bytes = Buffer.concat([
      Buffer.from(await Bun.file(world.db.path).bytes()),
      Buffer.from(await Bun.file(`${world.db.path}-wal`).bytes()),
    ]);
    expect(bytes.includes('ana@example.com')).toBe(true);
    for (const token of [ana.refreshToken, refreshToken]) expect(bytes.includes(token)).toBe(false);
  });

  test('any number of refreshes at one moment succeed with one successor, at every step', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 }),
        async (crowds) => {
          let { refreshToken } = await login();
          for (const crowd of crowds) {
            const answers = await Promise.all(
              Array.from({ length: crowd }, () => world.auth.refresh(refreshToken)),
            );
            expect(new Set(answers.map((answer) => answer.refreshToken)).size).toBe(1);
            for (const answer of answers) expect(await isGood(answer.accessToken)).toBe(true);
            refreshToken = answers[0]!.refreshToken;
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('a sweep', () => {
  test('removes the sessions that are over, and no other', async () => {
    const rows = world.db.bind(({ prepare }: import('../db/client').Connection) => {
      const count = prepare<{ count: number }>('SELECT count(*) AS count FROM session');
      return { count: async () => (await count.get())?.count };
    });
    await world.auth.refresh(ana.refreshToken);
    world.clock.advance(29 * DAY_MS);
    const late = await login();
    await world.auth.sweep();
    expect(await rows.read.count()).toBe(2);
    world.clock.advance(DAY_MS);
    await world.auth.sweep();
    expect(await rows.read.count()).toBe(1);
    await world.auth.changePassword(late.user.id, { current: PASSWORD, next: 'nine blue kettles' });
    await world.auth.sweep();
    expect(await rows.read.count()).toBe(0);
  });
});
