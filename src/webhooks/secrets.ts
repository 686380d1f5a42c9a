import type { Db } from '../db/database';
import type { Transaction } from '../db/write';
import type { Clock } from '../lib/clock';
import type { Chance } from '../lib/ids';
import { newSecret } from './sign';
import { endpointStore, type SecretRow } from './store-endpoints';
import type { SigningSecrets } from './types';

/** As long as a receiver has to learn the new secret. */
const OVERLAP_MS = 24 * 3_600_000;

export type Secrets = ReturnType<typeof createSecrets>;

/** One secret for each user, made at its first use. */
export function createSecrets(deps: { db: Db; clock: Clock; chance: Chance }) {
  const { db, clock, chance } = deps;
  const store = db.bind(endpointStore);

  async function existing(tx: Transaction, userId: string): Promise<SecretRow> {
    const found = await store.within(tx).secret(userId);
    if (found) return found;
    const row = {
      userId,
      secret: newSecret(chance),
      previousSecret: null,
      previousUntilMs: null,
      createdMs: clock.nowMs(),
    };
    await store.within(tx).putSecret(row);
    return row;
  }

  return {
    /** Those that sign now. */
    async inForce(tx: Transaction, userId: string): Promise<SigningSecrets> {
      const { secret, previousSecret, previousUntilMs } = await existing(tx, userId);
      const overlaps = previousUntilMs !== null && clock.nowMs() < previousUntilMs;
      return overlaps && previousSecret !== null ? [secret, previousSecret] : [secret];
    },

    secret: (userId: string): Promise<string> =>
      db.write(async (tx) => (await existing(tx, userId)).secret),

    /**
     * A new secret at once. The one before signs beside it for 24 hours, until `previousUntilMs`;
     * the one before that no longer, so two rotations in a day end the first secret.
     */
    rotateSecret: (userId: string): Promise<{ secret: string; previousUntilMs: number }> =>
      db.write(async (tx) => {
        const { secret: previousSecret } = await existing(tx, userId);
        const secret = newSecret(chance);
        const createdMs = clock.nowMs();
        const previousUntilMs = createdMs + OVERLAP_MS;
        const row = { userId, secret, previousSecret, previousUntilMs, createdMs };
        await store.within(tx).putSecret(row);
        return { secret, previousUntilMs };
      }),
  };
}
