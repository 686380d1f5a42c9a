import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { ManualClock } from '../../tests/support/clock';
import { openTestDatabase, type TestDatabase } from '../../tests/support/database';
import { silentLog } from '../../tests/support/log';
import { createCredits } from '../credits/service';
import { systemChance } from '../lib/ids';
import { createAccounts } from './service';

let file: TestDatabase;
let accounts: ReturnType<typeof createAccounts>;

beforeEach(async () => {
  file = await openTestDatabase();
  const ports = { db: file.db, clock: new ManualClock(), chance: systemChance, log: silentLog };
  accounts = createAccounts({ ...ports, credits: createCredits(ports) });
});
afterEach(() => file.close());

const member = (email: string) => ({ email, password: null, role: 'member' as const });

describe('accounts', () => {
  test('an address is taken whatever its case', async () => {
    await accounts.create(member('Ana@Example.com'));
    expect(accounts.create(member('ana@example.COM'))).rejects.toThrow('exists already');
    expect((await accounts.byEmail('ANA@example.com')).email).toBe('Ana@Example.com');
  });

  test.each([
    '',
    'ana',
    'ana@',
    '@example.com',
    'a b@example.com',
    'a@example',
    `${'x'.repeat(300)}@example.com`,
  ])('"%s" is no address', async (email) => {
    expect(accounts.create(member(email))).rejects.toThrow('is not a mail address');
  });

  test('a password of 7 characters is refused, one of 8 in any script is taken', async () => {
    const create = (password: string) =>
      accounts.create({ email: 'ana@example.com', password, role: 'member' });
    expect(create('1234567')).rejects.toThrow('password must have 8');
    expect(await create('пароль🔑1')).toMatchObject({ email: 'ana@example.com' });
  });

  test('nobody in particular is the only user there is', async () => {
    const ana = await accounts.create(member('ana@example.com'));
    expect(await accounts.operator()).toEqual(ana);
  });

  test('nobody in particular among several is the first admin', async () => {
    await accounts.create(member('ana@example.com'));
    const admin = await accounts.create({ ...member('bo@example.com'), role: 'admin' });
    expect(await accounts.operator()).toEqual(admin);
  });

  test('without any user an operator is made, once', async () => {
    const operator = await accounts.operator();
    expect(operator.role).toBe('admin');
    expect(await accounts.operator()).toEqual(operator);
    expect(await accounts.list({ limit: 10, offset: 0 })).toHaveLength(1);
  });
});
