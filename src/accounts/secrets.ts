import type { Db } from '../db/database';
import type { Chance } from '../lib/ids';
import { secretStore } from './store-secrets';

/** `access_token` signs, `refresh_token` and `form_token` derive: one key for each use. */
type SecretName = 'access_token' | 'refresh_token' | 'form_token';
const SECRET_BYTES = 32;

export interface Secrets {
  /** The same 256 bits at every call, in every process on the same file. */
  get(name: SecretName): Promise<Uint8Array>;
}

/** Keys that are made at their first use and kept in the database. */
export function createSecrets(deps: { db: Db; chance: Chance }): Secrets {
  const store = deps.db.bind(secretStore);
  const known = new Map<SecretName, Promise<Uint8Array>>();

  async function load(name: SecretName): Promise<Uint8Array> {
    try {
      const fresh = deps.chance.bytes(SECRET_BYTES);
      return await deps.db.write((tx) => store.within(tx).ensure(name, fresh));
    } catch (cause) {
      // Otherwise one full disk would lock everybody out until the next start.
      known.delete(name);
      throw cause;
    }
  }

  return {
    get(name) {
      const loading = known.get(name) ?? load(name);
      known.set(name, loading);
      return loading;
    },
  };
}
