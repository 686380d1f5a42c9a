import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { type AuthWorld, openAuthWorld } from '../../tests/support/auth';
import type { SignedIn } from './types';

const MINUTE_MS = 60_000;
const PASSWORD = 'seven green umbrellas';
const NEXT_PASSWORD = 'nine blue kettles';
const ANA = 'ana@example.com';

let world: AuthWorld;
beforeEach(async () => {
  world = await openAuthWorld();
});
afterEach(() => world.close());

const signup = (email = ANA) => world.auth.signup({ email, password: PASSWORD });
const login = (password = PASSWORD, email = ANA) => world.auth.login({ email, password });
const isGood = async (accessToken: string) =>
  (await world.accounts.authenticate(accessToken)) !== undefined;
const outbox = () => world.mail.list({ limit: 100, offset: 0 });
const profile = async (id: string) => (await world.accounts.profile(id))!;

async function expectOver({ accessToken, refreshToken }: SignedIn): Promise<void> {
  expect(await isGood(accessToken)).toBe(false);
  expect(world.auth.refresh(refreshToken)).rejects.toMatchObject({ code: 'unauthenticated' });
}

describe('sign-up', () => {
  test('makes an account that is signed in, with a mail to confirm its address', async () => {
    const signedIn = await world.auth.signup({
      email: ' Ana@Example.com ',
      password: PASSWORD,
      firstName: ' Ana ',
      lastName: null,
    });
    expect(signedIn.user).toMatchObject({
      email: 'Ana@Example.com',
      firstName: 'Ana',
      lastName: '',
      emailVerified: false,
      isAdmin: false,
      marketingEmailsEnabled: false,
      status: 'active',
    });
    expect(await isGood(signedIn.accessToken)).toBe(true);
    const { planMicros, purchasedMicros } = await world.credits.balance(signedIn.user.id);
    expect([planMicros, purchasedMicros]).toEqual([500_000_000, 0]);
    const [message] = await outbox();
    expect(message).toMatchObject({ recipient: 'Ana@Example.com', state: 'unsent' });
    expect(message?.text).toContain('https://sonde.example.com/api/auth/verify-email?token=');
  });

  test('refuses an address that is taken, whatever its case, and leaves nothing behind', async () => {
    await signup();
    expect(signup('ANA@example.com')).rejects.toMatchObject({ code: 'conflict', field: 'email' });
    expect(await outbox()).toHaveLength(1);
  });

  test.each([
    [{ email: 'ana' }, 'email'],
    [{ password: 'short' }, 'password'],
    [{ password: 'password123' }, 'password'],
    [{ firstName: 'x'.repeat(101) }, 'first_name'],
    [{ lastName: 'a\nb' }, 'last_name'],
  ])('refuses %j by the name of the field', async (part, field) => {
    const attempt = world.auth.signup({ email: ANA, password: PASSWORD, ...part });
    expect(attempt).rejects.toMatchObject({ code: 'invalid_request', field });
    expect(await world.accounts.list({ limit: 1, offset: 0 })).toEqual([]);
  });

  test('under approval makes a pending account, which an admin lets in once', async () => {
    await world.close();
    world = await openAuthWorld({ signup: 'approval' });
    const { user, accessToken } = await signup();
    expect(user.status).toBe('pending');
    expect(await world.accounts.authenticate(accessToken)).toMatchObject({ status: 'pending' });
    expect((await login()).user.status).toBe('pending');
    const approve = () => world.db.write((tx) => world.accounts.approve(tx, user.id));
    await approve();
    expect(await world.accounts.authenticate(accessToken)).toMatchObject({ status: 'active' });
    expect(approve()).rejects.toMatchObject({ code: 'conflict' });
  });

  test('that is closed makes nothing, and hashes nothing', async () => {
    await world.close();
    world = await openAuthWorld({ signup: 'closed' });
    expect(signup()).rejects.toMatchObject({ code: 'forbidden' });
    expect(world.operations).toEqual([]);
    expect(await world.accounts.list({ limit: 1, offset: 0 })).toEqual([]);
  });
});

describe('signing in', () => {
  test('takes the address in any case', async () => {
    const { user } = await signup();
    expect((await login(PASSWORD, ' ANA@EXAMPLE.com ')).user).toEqual(user);
  });

  test('answers alike, after the same work, for what is wrong in any way', async () => {
    await signup();
    await world.accounts.create({ email: 'bo@example.com', password: null, role: 'member' });
    const attempts = [
      ['ana@example.com', 'wrong password'],
      ['ana@example.com', ''],
      ['ana@example.com', 'x'.repeat(2_000)],
      ['bo@example.com', PASSWORD],
      ['nobody@example.com', PASSWORD],
      ['no address', PASSWORD],
    ] as const;
    const answers = new Set<string>();
    for (const [email, password] of attempts) {
      world.operations.length = 0;
      const thrown = await login(password, email).catch((fault) => fault);
      answers.add(`${thrown.code} ${thrown.message} ${thrown.field}`);
      expect([email, world.operations]).toEqual([email, ['verify']]);
    }
    expect([...answers]).toEqual([
      'unauthenticated the address or the password is wrong undefined',
    ]);
  });

  test('begins nothing when the password was changed meanwhile', async () => {
    const { user } = await signup();
    const [late] = await Promise.all([
      login(),
      world.auth.changePassword(user.id, { current: PASSWORD, next: NEXT_PASSWORD }),
    ]);
    await expectOver(late);
  });
});

describe('a suspended user', () => {
  const suspend = (id: string, suspended: boolean) =>
    world.db.write((tx) => world.accounts.setSuspended(tx, id, suspended));

  test('is out at once, and cannot come in by password, token or link', async () => {
    const signedIn = await signup();
    const { user } = signedIn;
    await world.auth.forgotPassword(ANA);
    await world.runJobs();
    const reset = await world.mailedToken(ANA);
    const link = await world.db.write((tx) => world.auth.issueLink(tx, 'sign_in', user.id));
    expect(await suspend(user.id, true)).toBe(true);
    expect(await suspend(user.id, true)).toBe(false);

    expect(await world.accounts.authenticate(signedIn.accessToken)).toMatchObject({
      status: 'suspended',
    });
    expect(world.auth.refresh(signedIn.refreshToken)).rejects.toMatchObject({
      code: 'unauthenticated',
    });
    expect(login()).rejects.toMatchObject({ code: 'forbidden' });
    expect(login('wrong password')).rejects.toMatchObject({ code: 'unauthenticated' });
    const redeeming = world.auth.redeemSignInLink(link.url.split('token=')[1]!);
    expect(redeeming).rejects.toMatchObject({ field: 'token' });
    const resetting = world.auth.resetPassword({ token: reset, password: NEXT_PASSWORD });
    expect(resetting).rejects.toMatchObject({ field: 'token' });
    const issuing = world.db.write((tx) => world.auth.issueLink(tx, 'reset', user.id));
    expect(issuing).rejects.toMatchObject({ code: 'conflict' });
  });

  test('gets no reset mail', async () => {
    const { user } = await signup();
    await suspend(user.id, true);
    const before = (await outbox()).length;
    await world.auth.forgotPassword(ANA);
    await world.runJobs();
    expect(await outbox()).toHaveLength(before);
  });

  test('comes in again when it is over; the sessions of before stay ended', async () => {
    const signedIn = await signup();
    await suspend(signedIn.user.id, true);
    expect(await suspend(signedIn.user.id, false)).toBe(true);
    await expectOver(signedIn);
    expect((await login()).user).toMatchObject({ status: 'active', suspendedMs: null });
  });

  test('whom nobody had let in is pending again', async () => {
    await world.close();
    world = await openAuthWorld({ signup: 'approval' });
    const { user } = await signup();
    await suspend(user.id, true);
    await suspend(user.id, false);
    expect(await profile(user.id)).toMatchObject({ status: 'pending' });
  });

  test('that is not there is not found', () => {
    expect(suspend(crypto.randomUUID(), true)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a changed password', () => {
  test('ends every session and every link that lets in', async () => {
    const first = await signup();
    const second = await login();
    const issue = (kind: 'reset' | 'sign_in') =>
      world.db.write((tx) => world.auth.issueLink(tx, kind, first.user.id));
    const links = [await issue('reset'), await issue('sign_in')].map(
      (link) => link.url.split('token=')[1]!,
    );
    await world.auth.changePassword(first.user.id, { current: PASSWORD, next: NEXT_PASSWORD });
    await expectOver(first);
    await expectOver(second);
    const resetting = world.auth.resetPassword({ token: links[0]!, password: PASSWORD });
    expect(resetting).rejects.toMatchObject({ field: 'token' });
    expect(world.auth.redeemSignInLink(links[1]!)).rejects.toMatchObject({ field: 'token' });
    expect(login()).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(await isGood((await login(NEXT_PASSWORD)).accessToken)).toBe(true);
  });

  test('needs the current one, and one that may be set', async () => {
    const signedIn = await signup();
    const change = (current: string, next: string) =>
      world.auth.changePassword(signedIn.user.id, { current, next });
    expect(change('wrong password', NEXT_PASSWORD)).rejects.toMatchObject({
      code: 'unauthenticated',
      field: 'current_password',
    });
    expect(change(PASSWORD, 'password')).rejects.toMatchObject({
      code: 'invalid_request',
      field: 'new_password',
    });
    expect(await isGood(signedIn.accessToken)).toBe(true);
  });

  test('is refused for an account without any', async () => {
    const bo = await world.accounts.create({
      email: 'bo@example.com',
      password: null,
      role: 'member',
    });
    const changing = world.auth.changePassword(bo.id, { current: '', next: NEXT_PASSWORD });
    expect(changing).rejects.toMatchObject({ code: 'invalid_request' });
  });

  test('of two at one moment is one', async () => {
    const { user } = await signup();
    const change = (next: string) =>
      world.auth.changePassword(user.id, { current: PASSWORD, next });
    const outcomes = await Promise.allSettled([change(NEXT_PASSWORD), change('ten red lanterns')]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('a forgotten password', () => {
  const known = 'ana@example.com';
  const unknown = 'nobody@example.com';

  test('is asked for with the same work for known and unknown addresses', async () => {
    await signup();
    await world.runJobs();
    world.operations.length = 0;
    for (const email of [known, unknown]) {
      expect(await world.auth.forgotPassword(email)).toBeUndefined();
    }
    const jobs = await world.queue.list({ kind: 'accounts.reset_mail', limit: 10, offset: 0 });
    expect(jobs.map((job) => job.payload).sort()).toEqual([known, unknown]);
    expect(world.operations).toEqual([]);
    expect(await outbox()).toHaveLength(1);
    await world.runJobs();
    expect((await outbox()).map((message) => message.recipient)).toEqual([known, known]);
  });

  test('asked for many times in a minute is one mail', async () => {
    await signup();
    for (const email of [known, 'ANA@example.com', ` ${known}`])
      await world.auth.forgotPassword(email);
    await world.runJobs();
    expect(await outbox()).toHaveLength(2);
    world.clock.advance(MINUTE_MS);
    await world.auth.forgotPassword(known);
    await world.runJobs();
    expect(await outbox()).toHaveLength(3);
  });

  test('is set anew by the mailed link, once; every session ends and the address is proved', async () => {
    const signedIn = await signup();
    await world.auth.forgotPassword(known);
    await world.runJobs();
    const token = await world.mailedToken(known);
    expect((await outbox())[0]?.text).toContain('https://sonde.example.com/reset-password?token=');
    await world.auth.resetPassword({ token, password: NEXT_PASSWORD });
    await expectOver(signedIn);
    expect((await login(NEXT_PASSWORD)).user.emailVerified).toBe(true);
    const again = world.auth.resetPassword({ token, password: 'ten red lanterns' });
    expect(again).rejects.toMatchObject({ code: 'invalid_request', field: 'token' });
  });

  test('keeps its link when the new one is refused', async () => {
    await signup();
    await world.auth.forgotPassword(known);
    await world.runJobs();
    const token = await world.mailedToken(known);
    const common = world.auth.resetPassword({ token, password: 'password' });
    expect(common).rejects.toMatchObject({ field: 'password' });
    await world.auth.resetPassword({ token, password: NEXT_PASSWORD });
    expect(await login(NEXT_PASSWORD)).toMatchObject({ user: { email: known } });
  });

  test('with a link that is not good hashes nothing', async () => {
    const token = 'A'.repeat(43);
    const resetting = world.auth.resetPassword({ token, password: NEXT_PASSWORD });
    expect(resetting).rejects.toMatchObject({ code: 'invalid_request', field: 'token' });
    expect(world.operations).toEqual([]);
  });

  test('that the operator sets by a printed link proves no address', async () => {
    const { user } = await signup();
    const link = await world.db.write((tx) => world.auth.issueLink(tx, 'reset', user.id));
    const token = link.url.split('token=')[1]!;
    await world.auth.resetPassword({ token, password: NEXT_PASSWORD });
    expect((await profile(user.id)).emailVerified).toBe(false);
  });
});

describe('a link', () => {
  const issue = async (kind: 'reset' | 'sign_in', id: string) => {
    const link = await world.db.write((tx) => world.auth.issueLink(tx, kind, id));
    return { ...link, token: link.url.split('token=')[1]! };
  };

  test('to confirm an address does that, once, for an hour, whatever the password is', async () => {
    const { user } = await signup();
    const token = await world.mailedToken(ANA);
    await world.auth.changePassword(user.id, { current: PASSWORD, next: NEXT_PASSWORD });
    world.clock.advance(60 * MINUTE_MS - 1);
    await world.auth.verifyEmail(token);
    expect((await profile(user.id)).emailVerified).toBe(true);
    expect(world.auth.verifyEmail(token)).rejects.toMatchObject({ field: 'token' });
  });

  test('to confirm an address is void after an hour', async () => {
    const { user } = await signup();
    const token = await world.mailedToken(ANA);
    world.clock.advance(60 * MINUTE_MS);
    expect(world.auth.verifyEmail(token)).rejects.toMatchObject({ field: 'token' });
    expect((await profile(user.id)).emailVerified).toBe(false);
  });

  test('to sign in does that, once, for 30 minutes', async () => {
    const { user } = await signup();
    const used = await issue('sign_in', user.id);
    const late = await issue('sign_in', user.id);
    expect(used.url).toStartWith('https://sonde.example.com/sign-in?token=');
    expect(used.expiresMs - world.clock.nowMs()).toBe(30 * MINUTE_MS);
    const both = await Promise.allSettled([
      world.auth.redeemSignInLink(used.token),
      world.auth.redeemSignInLink(used.token),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const signedIn = both.find((outcome) => outcome.status === 'fulfilled')!.value;
    expect(await isGood(signedIn.accessToken)).toBe(true);
    world.clock.advance(30 * MINUTE_MS);
    expect(world.auth.redeemSignInLink(late.token)).rejects.toMatchObject({ field: 'token' });
  });

  test('of one kind does nothing of another', async () => {
    const { user } = await signup();
    const verify = await world.mailedToken(ANA);
    const reset = (await issue('reset', user.id)).token;
    const signIn = (await issue('sign_in', user.id)).token;
    const refused = { code: 'invalid_request', field: 'token' };
    for (const token of [verify, reset])
      expect(world.auth.redeemSignInLink(token)).rejects.toMatchObject(refused);
    for (const token of [reset, signIn])
      expect(world.auth.verifyEmail(token)).rejects.toMatchObject(refused);
    for (const token of [verify, signIn]) {
      const resetting = world.auth.resetPassword({ token, password: NEXT_PASSWORD });
      expect(resetting).rejects.toMatchObject(refused);
    }
    await world.auth.verifyEmail(verify);
    await world.auth.redeemSignInLink(signIn);
    await world.auth.resetPassword({ token: reset, password: NEXT_PASSWORD });
  });

  test('has 256 random bits, and only their hash is in its table', async () => {
    const { user } = await signup();
    const { token } = await issue('sign_in', user.id);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    const bytes = Buffer.concat([
      Buffer.from(await Bun.file(world.db.path).bytes()),
      Buffer.from(await Bun.file(`${world.db.path}-wal`).bytes()),
    ]);
    expect(bytes.includes(token)).toBe(false);
  });
});

describe('a profile', () => {
  test('takes new names and the will to get marketing mails', async () => {
    const { user } = await signup();
    await world.accounts.setNames(user.id, { firstName: ' Ana ', lastName: 'Núñez' });
    await world.accounts.setMarketing(user.id, true);
    expect(await profile(user.id)).toMatchObject({
      firstName: 'Ana',
      lastName: 'Núñez',
      marketingEmailsEnabled: true,
    });
    await world.accounts.setMarketing(user.id, false);
    expect(await profile(user.id)).toMatchObject({ marketingEmailsEnabled: false });
  });
});

describe('the users, as an admin sees them', () => {
  const search = async (q: string, limit = 10, offset = 0) =>
    (await world.accounts.search({ q, limit, offset })).map((each) => each.email);

  test('are found by a part of the address or a whole id, newest first', async () => {
    const { user } = await signup();
    world.clock.advance(1);
    await signup('bo@example.com');
    expect(await search('')).toEqual(['bo@example.com', ANA]);
    expect(await search('EXAMPLE')).toEqual(['bo@example.com', ANA]);
    expect(await search('example', 1, 1)).toEqual([ANA]);
    expect(await search('ana@')).toEqual([ANA]);
    expect(await search('%')).toEqual([]);
    expect(await search(user.id.toUpperCase())).toEqual([ANA]);
    expect(await search(user.id, 10, 1)).toEqual([]);
    expect(await search(crypto.randomUUID())).toEqual([]);
  });

  test('are counted, and by the day on which they signed up', async () => {
    const DAY_MS = 86_400_000;
    const firstDayMs = Math.floor(world.clock.nowMs() / DAY_MS) * DAY_MS;
    const { user } = await signup();
    await signup('bo@example.com');
    world.clock.advance(2 * DAY_MS);
    await signup('cy@example.com');
    await world.db.write((tx) => world.accounts.setSuspended(tx, user.id, true));
    expect(await world.accounts.counts()).toEqual({ users: 3, suspended: 1 });
    expect(await world.accounts.signupsByDay(firstDayMs)).toEqual([
      { dayMs: firstDayMs, count: 2 },
      { dayMs: firstDayMs + 2 * DAY_MS, count: 1 },
    ]);
    expect(await world.accounts.signupsByDay(firstDayMs + DAY_MS)).toHaveLength(1);
  });
});
