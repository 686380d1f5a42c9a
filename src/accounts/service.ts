import type { Credits } from '../credits/service';
import type { Db } from '../db/database';
import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import type { Chance } from '../lib/ids';
import { hashPassword } from './password';
import { accountStore } from './store';
import type { NewUser, User } from './types';

/** The account that the command line works for while there is no other. Nobody can sign in to it. */
const OPERATOR_EMAIL = 'operator@sonde.localhost';
const EMAIL = /^[^\s@<>"(),;:\\[\]]{1,64}@[^\s@.]+(?:\.[^\s@.]+)+$/;
const EMAIL_MAX_LENGTH = 254;

export function createAccounts(deps: { db: Db; clock: Clock; chance: Chance; credits: Credits }) {
  const store = deps.db.bind(accountStore);

  /** Throws Fault `invalid_request` (email, password) or `conflict` (the address is taken). */
  async function create(input: NewUser): Promise<User> {
    const email = checkedEmail(input.email);
    const passwordHash = input.password === null ? null : await hashPassword(input.password);
    const user: User = {
      id: deps.chance.id(),
      email,
      role: input.role,
      status: 'active',
      createdMs: deps.clock.nowMs(),
    };
    await deps.db.write(async (tx) => {
      if (await store.within(tx).byEmail(email)) {
        throw new Fault('conflict', `a user with the address ${email} exists already`, {
          field: 'email',
        });
      }
      await store.within(tx).insert({ ...user, passwordHash });
      await deps.credits.open(tx, user.id);
    });
    return user;
  }

  /** Throws Fault `not_found` with the remedy. */
  async function byEmail(email: string): Promise<User> {
    const user = await store.read.byEmail(email.trim());
    if (!user)
      throw new Fault('not_found', `no user has the address ${email}: see \`sonde user list\``, {
        field: 'user',
      });
    return user;
  }

  /**
   * Whom the command line works for when it is not told: the only user, else the first admin,
   * else an operator account that is made now.
   */
  async function operator(): Promise<User> {
    const firstTwo = await store.read.list(2, 0);
    if (firstTwo.length === 1 && firstTwo[0]) return firstTwo[0];
    const admin = await store.read.firstAdmin();
    if (admin) return admin;
    const existing = await store.read.byEmail(OPERATOR_EMAIL);
    return existing ?? create({ email: OPERATOR_EMAIL, password: null, role: 'admin' });
  }

  return {
    create,
    byEmail,
    operator,
    byId: (id: string) => store.read.byId(id),
    list: (page: { limit: number; offset: number }) => store.read.list(page.limit, page.offset),
  };
}

function checkedEmail(raw: string): string {
  const email = raw.trim().normalize('NFC');
  if (email.length > EMAIL_MAX_LENGTH || !EMAIL.test(email)) {
    throw new Fault(
      'invalid_request',
      `"${raw.slice(0, 80)}" is not a mail address: it looks like name@example.com`,
      {
        field: 'email',
      },
    );
  }
  return email;
}
