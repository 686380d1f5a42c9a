import type { JobHandler } from '../jobs/types';
import { assert } from '../lib/assert';
import type { Auth } from './auth';
import { RESET_MAIL } from './recovery';

/** The kind of job that forgets ended sessions and links. */
export const SWEEP_ACCOUNTS = 'accounts.sweep';

export function createResetMailHandler(auth: Auth): JobHandler {
  return {
    kind: RESET_MAIL,
    concurrency: 1,
    async perform({ job }) {
      assert(job.payload !== null, 'a reset mail has an address');
      await auth.sendResetLink(job.payload);
      return { outcome: 'done' };
    },
    async ended() {
      // Nothing is held for a mail.
    },
  };
}

/** `rooms` keep what ends by itself: links and the sessions of each kind. */
export function createAccountSweepHandler(...rooms: { sweep(): Promise<void> }[]): JobHandler {
  return {
    kind: SWEEP_ACCOUNTS,
    concurrency: 1,
    async perform() {
      for (const room of rooms) await room.sweep();
      return { outcome: 'done' };
    },
    async ended() {
      // Nothing is held for a sweep.
    },
  };
}
