import type { Transaction } from '../db/write';
import { Fault } from '../lib/fault';
import { sha256Hex } from '../lib/ids';
import { resetMail } from './mails';
import type { AuthParts } from './parts';
import { EMAIL_MAX_LENGTH, normalEmail } from './registration';
import type { Credentials } from './store';
import type { IssuedLink, SessionOwner } from './types';

/** The kind of job that mails a link for a new password, if there is somebody to mail it to. */
export const RESET_MAIL = 'accounts.reset_mail';

/** Nobody is signed in: these jobs share one place in the fair queue. */
const QUEUE_USER = 'system';
/** One mail to an address in this time, however often it is asked for. */
const ONE_MAIL_PER_MS = 60_000;

export interface Recovery {
  /**
   * Resolves in the same way, after the same work, for every address: it leaves a job that looks
   * whether there is an account.
   */
  forgotPassword(email: string): Promise<void>;
  /** What that job does. */
  sendResetLink(email: string): Promise<void>;
  /** Ends every session. Throws Fault `invalid_request` (token, password), `rate_limited`. */
  resetPassword(input: { token: string; password: string }): Promise<void>;
  /** Ends every session, the asker's too. Throws Fault `unauthenticated` for a wrong current
   * password, `invalid_request` for a bad new one or an account without any, `rate_limited`. */
  changePassword(userId: string, change: { current: string; next: string }): Promise<void>;
  /** For an account that has none. Ends every session; a new one may begin as it answers. Throws
   * Fault `conflict` for an account with a password, `invalid_request` (password), `rate_limited`. */
  setFirstPassword(userId: string, password: string): Promise<SessionOwner>;
  /** Joins a write; for the operator to hand over. Throws Fault `not_found`, or `conflict` for a
   * suspended user. */
  issueLink(tx: Transaction, kind: 'reset' | 'sign_in', userId: string): Promise<IssuedLink>;
}

export function createRecovery(parts: AuthParts): Recovery {
  const { db, queue, clock, chance, store, passwords, links, mail } = parts;

  async function changeTo(user: Credentials, next: string, field: string): Promise<void> {
    const passwordHash = await passwords.hash(next, field);
    const isChanged = await db.write((tx) =>
      store.within(tx).setPassword(user.id, user.epoch, passwordHash),
    );
    if (!isChanged) throw new Fault('unauthenticated', 'your session has ended: sign in again');
  }

  return {
    async forgotPassword(raw) {
      const email = normalEmail(raw);
      if (email.length > EMAIL_MAX_LENGTH) return;
      const minute = Math.floor(clock.nowMs() / ONE_MAIL_PER_MS);
      await db.write((tx) =>
        queue.enqueue(tx, {
          id: chance.id(),
          kind: RESET_MAIL,
          userId: QUEUE_USER,
          payload: email,
          cost: 1,
          idempotencyKey: `${RESET_MAIL}/${sha256Hex(email.toLowerCase())}/${minute}`,
        }),
      );
    },

    async sendResetLink(email) {
      await db.write(async (tx) => {
        const user = await store.within(tx).credentialsByEmail(email);
        const address = user && (await store.within(tx).byEmail(email))?.email;
        if (!user || !address || user.status === 'suspended') return;
        const link = { kind: 'reset', userId: user.id, epoch: user.epoch, mailed: true } as const;
        await mail.send(tx, resetMail(address, await links.issue(tx, link)));
      });
    },

    async resetPassword({ token, password }) {
      // Looked at first: hashing is dear, and costs nobody anything without a good link.
      await links.check('reset', token);
      const passwordHash = await passwords.hash(password);
      await db.write(async (tx) => {
        const { userId, epoch, mailed } = await links.use(tx, 'reset', token);
        await store.within(tx).setPassword(userId, epoch, passwordHash);
        if (mailed) await store.within(tx).setVerified(userId, clock.nowMs());
      });
    },

    async changePassword(userId, { current, next }) {
      const user = await store.read.credentialsById(userId);
      if (!user?.passwordHash) {
        throw new Fault(
          'invalid_request',
          'this account has no password yet: set one by the link of “forgot password”',
          { field: 'current_password' },
        );
      }
      if (!(await passwords.matches(current, user.passwordHash))) {
        throw new Fault('unauthenticated', 'the current password is wrong', {
          field: 'current_password',
        });
      }
      await changeTo(user, next, 'new_password');
    },

    async setFirstPassword(userId, password) {
      const user = await store.read.credentialsById(userId);
      if (!user || user.passwordHash !== null) throw hasPasswordAlready();
      await changeTo(user, password, 'password');
      return { userId, epoch: user.epoch + 1 };
    },

    async issueLink(tx, kind, userId) {
      const user = await store.within(tx).credentialsById(userId);
      if (!user) throw new Fault('not_found', `no user has the id ${userId}`, { field: 'user' });
      if (user.status === 'suspended') {
        throw new Fault('conflict', 'this user is suspended: run `sonde user unsuspend` first', {
          field: 'user',
        });
      }
      const { id, epoch } = user;
      return links.issue(tx, { kind, userId: id, epoch, mailed: false });
    },
  };
}

function hasPasswordAlready(): Fault {
  return new Fault('conflict', 'this account has a password: change it, and give the current one', {
    field: 'password',
  });
}
