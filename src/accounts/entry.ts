import type { Transaction } from '../db/write';
import { Fault } from '../lib/fault';
import { verifyMail } from './mails';
import { checkedName, checkedUsername } from './names';
import type { AuthParts } from './parts';
import { checkedEmail, normalEmail, type Registration } from './registration';
import type { SessionOwner } from './types';

export interface NewAccount {
  email: string;
  password: string;
  firstName?: string | null;
  lastName?: string | null;
  username?: string | null;
}

/** What remains to be written once somebody has been let in; a session can begin in that write. */
export type Entering = (tx: Transaction) => Promise<SessionOwner>;

/** The ways in, whatever kind of session begins then. Each checks first what may take its time. */
export interface Entry {
  /** Throws Fault `forbidden` while sign-up is closed, `invalid_request` (email, password, names),
   * `rate_limited`; and `conflict` (address or username is taken) when it is written. */
  signup(input: NewAccount): Promise<Entering>;
  /** Throws Fault `unauthenticated`, with the same words and after the same work whether the address
   * or the password is wrong; `forbidden` for a suspended user who has both; `rate_limited`. */
  login(input: { email: string; password: string }): Promise<Entering>;
  /** Throws Fault `invalid_request` for a link that is unknown, used or expired, when it is written. */
  redeemSignInLink(token: string): Entering;
}

export function createEntry(parts: AuthParts): Entry {
  const { store, passwords, links, mail, register } = parts;

  async function open(tx: Transaction, account: Omit<Registration, 'role'>): Promise<SessionOwner> {
    const user = await register(tx, { ...account, role: 'member' });
    const link = { kind: 'verify', userId: user.id, epoch: 0, mailed: true } as const;
    await mail.send(tx, verifyMail(user.email, await links.issue(tx, link)));
    return { userId: user.id, epoch: 0 };
  }

  return {
    async signup(input) {
      if (parts.signup === 'closed')
        throw new Fault('forbidden', 'sign-up is closed here: ask your admin for an account');
      const email = checkedEmail(input.email);
      const firstName = checkedName(input.firstName ?? '', 'first_name');
      const lastName = checkedName(input.lastName ?? '', 'last_name');
      const username = input.username == null ? null : checkedUsername(input.username);
      const passwordHash = await passwords.hash(input.password);
      const status = parts.signup === 'approval' ? 'pending' : 'active';
      return (tx) => open(tx, { email, passwordHash, status, firstName, lastName, username });
    },

    async login({ email, password }) {
      const found = await store.read.credentialsByEmail(normalEmail(email));
      const isMatch = await passwords.matches(password, found?.passwordHash ?? null);
      if (!found || !isMatch)
        throw new Fault('unauthenticated', 'the address or the password is wrong');
      if (found.status === 'suspended')
        throw new Fault('forbidden', 'this account is suspended: ask your admin');
      // The epoch is that of the password: if it was changed meanwhile, the session is over.
      const { id: userId, epoch } = found;
      return async () => ({ userId, epoch });
    },

    redeemSignInLink: (token) => async (tx) => {
      const { userId, epoch } = await links.use(tx, 'sign_in', token);
      return { userId, epoch };
    },
  };
}
