import type { Db } from '../db/database';
import type { Transaction } from '../db/write';
import { assert } from '../lib/assert';
import { type Clock, isoFromMs } from '../lib/clock';
import { Fault } from '../lib/fault';
import type { Mail } from '../mail/service';
import { endpointStore, type FailingEndpoint } from './store-endpoints';
import type { AttemptError, Delivery } from './types';

const PATIENCE_MS = 7 * 24 * 3_600_000;

export type Endpoints = ReturnType<typeof createEndpoints>;

type Addressed = Pick<Delivery, 'userId' | 'url'>;

/** An endpoint is a user's and an origin: addresses often hold the id of what they are told about,
 * so that no two are the same. */
export function createEndpoints(deps: { db: Db; clock: Clock; mail: Pick<Mail, 'send'> }) {
  const { db, clock, mail } = deps;
  const store = db.bind(endpointStore);

  async function disable(
    tx: Transaction,
    { userId, origin, failingSinceMs }: FailingEndpoint,
    error: AttemptError,
  ): Promise<void> {
    const to = await store.within(tx).ownerEmail(userId);
    assert(to, `the user ${userId} of a webhook exists`);
    await store.within(tx).disable(userId, origin, clock.nowMs());
    await mail.send(tx, disabledMail(to, origin, failingSinceMs, error));
  }

  return {
    async isDisabled(tx: Transaction, { userId, url }: Addressed): Promise<boolean> {
      const endpoint = await store.within(tx).failing(userId, originOf(url));
      return endpoint !== undefined && endpoint.disabledMs !== null;
    },

    /** It took one: whatever it did before is forgotten, and it is enabled if it was not. */
    async succeeded(tx: Transaction, { userId, url }: Addressed): Promise<void> {
      await store.within(tx).clear(userId, originOf(url));
    },

    async failed(tx: Transaction, { userId, url }: Addressed): Promise<void> {
      await store.within(tx).enterFailing(userId, originOf(url), clock.nowMs());
    },

    /** Nothing was taken for a week and now a delivery is given up: that is enough. */
    async gaveUp(tx: Transaction, addressed: Addressed, error: AttemptError): Promise<void> {
      const { userId, url } = addressed;
      const endpoint = await store.within(tx).failing(userId, originOf(url));
      if (!endpoint || endpoint.disabledMs !== null) return;
      if (clock.nowMs() - endpoint.failingSinceMs < PATIENCE_MS) return;
      await disable(tx, endpoint, error);
    },

    /** Answers the origin. Throws Fault `not_found` when it is not disabled. */
    enable: (userId: string, url: string): Promise<string> =>
      db.write(async (tx) => {
        const origin = URL.canParse(url) ? originOf(url) : url;
        const endpoint = await store.within(tx).failing(userId, origin);
        if (!endpoint || endpoint.disabledMs === null) {
          throw new Fault('not_found', `${origin} is no disabled endpoint of this user`, {
            field: 'url',
          });
        }
        await store.within(tx).clear(userId, origin);
        return origin;
      }),
  };
}

function originOf(url: string): string {
  return new URL(url).origin;
}

function disabledMail(to: string, origin: string, failingSinceMs: number, error: AttemptError) {
  return {
    to,
    subject: 'Webhooks to your endpoint are off',
    text: `Your endpoint has taken no webhook since ${isoFromMs(failingSinceMs)}, so nothing more is sent to it:

${origin}

The last try ended with: ${error}

When it answers again, send one of the failed deliveries again: if it is taken, the endpoint is on
again. Or have the operator of the server run: sonde webhook enable ${origin} --user ${to}
`,
  };
}
