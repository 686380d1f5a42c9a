import type { Transaction } from '../db/write';
import { assert } from '../lib/assert';
import { Fault } from '../lib/fault';
import { verifyMail } from './mails';
import type { AuthParts } from './parts';

/** A user is sent one mail in this time, however often it is asked for. */
const ONE_MAIL_PER_MS = 60_000;

/** How users prove that they read the mail of their address. */
export interface Confirmation {
  /** Throws Fault `invalid_request` for a link that is unknown, used or expired. */
  verifyEmail(token: string): Promise<void>;
  /** Mails another link. Throws Fault `conflict` for an address that is confirmed already, and
   * `rate_limited` within a minute of the last mail. */
  resendVerification(userId: string): Promise<void>;
}

export function createConfirmation(parts: AuthParts): Confirmation {
  const { db, clock, store, links, mail } = parts;

  async function expectQuietMinute(tx: Transaction, userId: string): Promise<void> {
    const lastMs = await links.lastIssuedMs(tx, 'verify', userId);
    const waitMs = lastMs === null ? 0 : lastMs + ONE_MAIL_PER_MS - clock.nowMs();
    if (waitMs <= 0) return;
    throw new Fault(
      'rate_limited',
      'a mail went out less than a minute ago: look for it, or ask again in a minute',
      { retryAfterSeconds: Math.ceil(waitMs / 1_000) },
    );
  }

  return {
    async verifyEmail(token) {
      await db.write(async (tx) => {
        const { userId } = await links.use(tx, 'verify', token);
        await store.within(tx).setVerified(userId, clock.nowMs());
      });
    },

    async resendVerification(userId) {
      await db.write(async (tx) => {
        const user = await store.within(tx).profile(userId);
        assert(user, 'a session has a user');
        if (user.emailVerified)
          throw new Fault('conflict', `the address ${user.email} is confirmed already`);
        await expectQuietMinute(tx, userId);
        const link = { kind: 'verify', userId, epoch: 0, mailed: true } as const;
        await mail.send(tx, verifyMail(user.email, await links.issue(tx, link)));
      });
    },
  };
}
