import type { Transaction } from '../db/write';
import { assert } from '../lib/assert';
import { Fault } from '../lib/fault';
import { verifyMail } from './mails';
import { checkedName } from './names';
import type { AuthParts } from './parts';
import { checkedEmail, normalEmail } from './registration';
import type { Session } from './sessions';
import type { SignedIn } from './types';

export interface NewAccount {
  email: string;
  password: string;
  firstName?: string | null;
  lastName?: string | null;
}

export interface SignIn {
  /** Throws Fault `forbidden` while sign-up is closed, `invalid_request` (email, password, names),
   * `conflict` (the address is taken), `rate_limited`. Under approval the account is pending. */
  signup(input: NewAccount): Promise<SignedIn>;
  /** Throws Fault `unauthenticated`, with the same words and after the same work whether the address
   * or the password is wrong; `forbidden` for a suspended user who has both; `rate_limited`. */
  login(input: { email: string; password: string }): Promise<SignedIn>;
  /** Throws Fault `unauthenticated`. The token that was sent is good no more. */
  refresh(refreshToken: string): Promise<SignedIn>;
  logout(refreshToken: string): Promise<void>;
  /** Throws Fault `invalid_request` for a link that is unknown, used or expired. */
  redeemSignInLink(token: string): Promise<SignedIn>;
}

export function createSignIn(parts: AuthParts): SignIn {
  const { db, store, sessions, passwords, links, mail, register } = parts;

  async function signedIn(session: Session): Promise<SignedIn> {
    const accessToken = await sessions.sign(session);
    const user = await store.read.profile(session.userId);
    assert(user, 'a session has a user');
    return { user, accessToken, refreshToken: session.refreshToken };
  }

  async function registerAndStart(
    tx: Transaction,
    account: Omit<Parameters<typeof register>[1], 'role'>,
  ): Promise<Session> {
    const user = await register(tx, { ...account, role: 'member' });
    await parts.credits.openPeriod(tx, user.id);
    const link = { kind: 'verify', userId: user.id, epoch: 0, mailed: true } as const;
    await mail.send(tx, verifyMail(user.email, await links.issue(tx, link)));
    return sessions.start(tx, user.id, 0);
  }

  return {
    async signup(input) {
      if (parts.signup === 'closed')
        throw new Fault('forbidden', 'sign-up is closed here: ask your admin for an account');
      const email = checkedEmail(input.email);
      const firstName = checkedName(input.firstName ?? '', 'first_name');
      const lastName = checkedName(input.lastName ?? '', 'last_name');
      const passwordHash = await passwords.hash(input.password);
      const status = parts.signup === 'approval' ? 'pending' : 'active';
      const account = { email, passwordHash, status, firstName, lastName } as const;
      return signedIn(await db.write((tx) => registerAndStart(tx, account)));
    },

    async login({ email, password }) {
      const found = await store.read.credentialsByEmail(normalEmail(email));
      const isMatch = await passwords.matches(password, found?.passwordHash ?? null);
      if (!found || !isMatch)
        throw new Fault('unauthenticated', 'the address or the password is wrong');
      if (found.status === 'suspended')
        throw new Fault('forbidden', 'this account is suspended: ask your admin');
      // The epoch is that of the password: if it was changed meanwhile, this session is over.
      return signedIn(await db.write((tx) => sessions.start(tx, found.id, found.epoch)));
    },

    refresh: async (refreshToken) => signedIn(await sessions.refresh(refreshToken)),
    logout: (refreshToken) => sessions.end(refreshToken),

    async redeemSignInLink(token) {
      const session = await db.write(async (tx) => {
        const { userId, epoch } = await links.use(tx, 'sign_in', token);
        return sessions.start(tx, userId, epoch);
      });
      return signedIn(session);
    },
  };
}
