import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { type InfrintiaWorld, openInfrintia, PASSWORD } from '../../../tests/support/infrintia-api';

let world: InfrintiaWorld;
beforeEach(async () => {
  world = await openInfrintia({ perMinute: 20 });
});
afterEach(() => world.close());

const alice = { username: 'alice', email: 'alice@example.com', password: PASSWORD };
const signup = (more: object = {}) => world.nobody.post('/users', { ...alice, ...more });
const reopen = async (options: Parameters<typeof openInfrintia>[0]) => {
  await world.close();
  world = await openInfrintia(options);
};

describe('signing up', () => {
  test('answers the account with the credits of the Free plan', async () => {
    const { status, json } = await signup();
    expect(status).toBe(201);
    expect(json).toEqual({
      user_id: expect.stringMatching(/^usr_[0-9a-f-]{36}$/),
      username: 'alice',
      email: 'alice@example.com',
      credits: 500,
      created_at: '2026-03-10T12:00:00.000Z',
    });
    expect((await world.basic('alice').get('/users/me')).json).toEqual({
      user_id: json.user_id,
      username: 'alice',
      credits: 500,
      total_jobs: 0,
      created_at: '2026-03-10T12:00:00.000Z',
    });
  });

  test.each([
    [{ username: 'al' }, 'username'],
    [{ username: 'a'.repeat(33) }, 'username'],
    [{ username: 'al ice' }, 'username'],
    [{ username: 'a@b.example' }, 'username'],
    [{ username: 'a:bc' }, 'username'],
    [{ email: 'nowhere' }, 'email'],
    [{ password: 'short' }, 'password'],
    [{ surprise: 1 }, 'surprise'],
    [{ username: undefined }, 'username'],
  ])('refuses %j by name', async (more, field) => {
    const { status, json } = await signup(more);
    expect([status, json.field]).toEqual([400, field]);
  });

  test('refuses a name or an address that is taken, whatever its case', async () => {
    await signup();
    const name = await signup({ username: 'ALICE', email: 'other@example.com' });
    expect([name.status, name.json.field]).toEqual([409, 'username']);
    const email = await signup({ username: 'other', email: 'ALICE@example.com' });
    expect([email.status, email.json.field]).toEqual([409, 'email']);
    expect((await world.accounts.counts()).users).toBe(1);
  });

  test('follows the policy of the operator', async () => {
    await reopen({ signup: 'closed' });
    expect((await signup()).status).toBe(403);
    await reopen({ signup: 'approval' });
    expect((await signup()).status).toBe(201);
    expect((await world.basic('alice').get('/users/me')).status).toBe(200);
    const run = { model: 'm', input_text: 'Hi?' };
    expect((await world.basic('alice').post('/run/model', run)).status).toBe(403);
  });

  test('is limited for each address', async () => {
    await reopen({ perMinute: 2 });
    const statuses = [];
    for (let n = 0; n < 3; n += 1) statuses.push((await signup({ email: 'x' })).status);
    expect(statuses).toEqual([400, 400, 429]);
  });
});

describe('a name and a password', () => {
  beforeEach(() => signup());

  test('are as good as a key or a token, by username and by address', async () => {
    const { accessToken } = await world.auth.login(alice);
    const id = (await world.basic('ALICE@example.com').get('/users/me')).json.user_id;
    const { plaintext } = await world.keys.create({ userId: id.replace('usr_', ''), name: 'k' });
    for (const who of [
      world.basic('alice'),
      world.basic('Alice'),
      world.bearer(accessToken),
      world.bearer(plaintext),
    ]) {
      expect((await who.get('/users/me')).json.user_id).toBe(id);
    }
  });

  test('are checked once in a while, and not at every request', async () => {
    const before = world.hasher.counts.verify;
    const me = () => world.basic('alice').get('/users/me');
    await Promise.all([me(), me(), me()]);
    await me();
    expect(world.hasher.counts.verify - before).toBe(1);
    world.clock.advance(5 * 60_000);
    await me();
    expect(world.hasher.counts.verify - before).toBe(2);
  });

  test('that are wrong are told apart by nothing, and asked for', async () => {
    const [password, name] = [
      await world.basic('alice', 'wrong').get('/users/me'),
      await world.basic('nobody', PASSWORD).get('/users/me'),
    ];
    expect(password.json).toEqual(name.json);
    expect(password.status).toBe(401);
    const challenge = password.headers.get('www-authenticate');
    expect(challenge).toContain('Bearer ');
    expect(challenge).toContain('Basic ');
  });

  test.each(['Basic', 'Basic x', 'Basic ====', `Basic ${btoa('alice')}`, 'Basic a b'])(
    'that are not well-formed are refused: %s',
    async (authorization) => {
      expect((await world.as(authorization).get('/users/me')).status).toBe(401);
    },
  );

  test('are worth nothing from the moment of a suspension', async () => {
    const { json } = await world.basic('alice').get('/users/me');
    const id = json.user_id.replace('usr_', '');
    await world.db.write((tx) => world.accounts.setSuspended(tx, id, true));
    expect((await world.basic('alice').get('/users/me')).status).toBe(403);
    expect((await world.basic('alice', 'wrong').get('/users/me')).status).toBe(401);
  });

  test('are worth nothing from the moment of a new password', async () => {
    const { json } = await world.basic('alice').get('/users/me');
    const userId = json.user_id.replace('usr_', '');
    await world.auth.changePassword(userId, { current: PASSWORD, next: 'nine blue kettles' });
    expect((await world.basic('alice').get('/users/me')).status).toBe(401);
    expect((await world.basic('alice', 'nine blue kettles').get('/users/me')).status).toBe(200);
  });

  test('cannot be guessed faster than signing in allows; what is remembered goes on', async () => {
    await reopen({ perMinute: 5 });
    await signup();
    await world.basic('alice').get('/users/me');
    const guesses = [];
    for (let n = 0; n < 5; n += 1)
      guesses.push((await world.basic('alice', `guess ${n}`).get('/users/me')).status);
    expect(guesses).toEqual([401, 401, 401, 429, 429]);
    const limited = await world.basic('alice', 'guess').get('/users/me');
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await world.basic('alice').get('/users/me')).status).toBe(200);
  });
});

test('who took no username goes by the part of the address before the @', async () => {
  const admin = await world.addAdmin();
  expect((await admin.basic.get('/users/me')).json.username).toBe('root');
});
