import type { Keys } from '../keys/service';
import { Fault } from '../lib/fault';

/** Who asks. */
export interface Principal {
  userId: string;
  keyId: string;
  isAdmin: boolean;
}

/**
 * Resolves `Authorization: Bearer <key>` or `X-API-Key`. Throws Fault `unauthenticated` for a key
 * that is missing, unknown or revoked (the same answer for each), `forbidden` for an account that
 * is not active.
 */
export async function principalOf(headers: Headers, keys: Keys): Promise<Principal> {
  const plaintext = credentialOf(headers);
  const holder = plaintext === undefined ? undefined : await keys.authenticate(plaintext);
  if (!holder) {
    throw new Fault('unauthenticated', 'send a valid API key: `Authorization: Bearer inf_live_…`');
  }
  if (holder.status !== 'active') {
    throw new Fault('forbidden', `this account is ${holder.status}: ask your admin`);
  }
  return { userId: holder.userId, keyId: holder.keyId, isAdmin: holder.role === 'admin' };
}

function credentialOf(headers: Headers): string | undefined {
  const authorization = headers.get('authorization');
  if (authorization !== null) return /^Bearer\s+(\S+)$/i.exec(authorization)?.[1];
  return headers.get('x-api-key') ?? undefined;
}
