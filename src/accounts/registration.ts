import type { Credits } from '../credits/service';
import type { Db } from '../db/database';
import type { Transaction } from '../db/write';
import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import type { Chance } from '../lib/ids';
import { accountStore } from './store';
import type { Role, User } from './types';

const EMAIL = /^[^\s@<>"(),;:\\[\]]{1,64}@[^\s@.]+(?:\.[^\s@.]+)+$/;
export const EMAIL_MAX_LENGTH = 254;

export interface Registration {
  /** As {@link checkedEmail} answers it. */
  email: string;
  passwordHash: string | null;
  role: Role;
  status: 'active' | 'pending';
  firstName?: string;
  lastName?: string;
  /** As `checkedUsername` answers it. */
  username?: string | null;
}

export type Register = (tx: Transaction, registration: Registration) => Promise<User>;

/** The one way in which a user comes to be, with this month's credits. Throws Fault `conflict` when
 * the address or the username is taken. */
export function createRegister(deps: {
  db: Db;
  clock: Clock;
  chance: Chance;
  credits: Credits;
}): Register {
  const store = deps.db.bind(accountStore);
  return async (tx, { passwordHash, firstName, lastName, username = null, ...given }) => {
    const user: User = { id: deps.chance.id(), ...given, createdMs: deps.clock.nowMs() };
    if (await store.within(tx).byEmail(user.email)) {
      throw new Fault('conflict', `a user with the address ${user.email} exists already`, {
        field: 'email',
      });
    }
    if (username !== null && (await store.within(tx).credentialsByUsername(username))) {
      throw new Fault('conflict', `the username ${username} is taken: choose another`, {
        field: 'username',
      });
    }
    await store.within(tx).insert({
      ...user,
      username,
      passwordHash,
      firstName: firstName ?? null,
      lastName: lastName ?? null,
      approvedMs: user.status === 'pending' ? null : user.createdMs,
    });
    await deps.credits.open(tx, user.id);
    // Otherwise this month's credits would come with the next hour.
    await deps.credits.openPeriod(tx, user.id);
    return user;
  };
}

/** Throws Fault `invalid_request`. */
export function checkedEmail(raw: string): string {
  const email = normalEmail(raw);
  if (email.length > EMAIL_MAX_LENGTH || !EMAIL.test(email)) {
    throw new Fault(
      'invalid_request',
      `"${raw.slice(0, 80)}" is not a mail address: it looks like name@example.com`,
      { field: 'email' },
    );
  }
  return email;
}

/** How an address is looked for, whatever it is. */
export function normalEmail(raw: string): string {
  return raw.trim().normalize('NFC');
}
