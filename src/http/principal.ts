import type { Accounts } from '../accounts/service';
import type { UserStatus } from '../accounts/types';
import type { Keys } from '../keys/service';
import type { KeyUse } from '../keys/types';
import { Fault } from '../lib/fault';

/** The program that asks, by its key. */
export interface Principal {
  userId: string;
  key: { id: string; isCapped: boolean };
  isAdmin: boolean;
}

/** The person who asks, signed in. */
export interface UserPrincipal {
  userId: string;
  email: string;
  isAdmin: boolean;
  /** A pending user may look, and makes no keys. */
  status: Exclude<UserStatus, 'suspended'>;
}

const API_KEY = /^(?:inf_live_|r2l_)/;

/**
 * Resolves `Authorization: Bearer <key>` or `X-API-Key`. Throws Fault `unauthenticated` for a key
 * that is missing, unknown or revoked (the same answer for each), `forbidden` for an account that
 * is not active.
 */
export async function principalOf(headers: Headers, keys: Keys, use: KeyUse): Promise<Principal> {
  const plaintext = credentialOf(headers);
  const holder = plaintext === undefined ? undefined : await keys.authenticate(plaintext, use);
  if (!holder) {
    throw new Fault('unauthenticated', 'send a valid API key: `Authorization: Bearer inf_live_…`');
  }
  if (holder.status !== 'active') {
    throw new Fault('forbidden', `this account is ${holder.status}: ask your admin`);
  }
  const { userId, keyId, role, hasSpendCap } = holder;
  return { userId, key: { id: keyId, isCapped: hasSpendCap }, isAdmin: role === 'admin' };
}

/**
 * Resolves `Authorization: Bearer <access token>`, ours or the configured issuer's. Throws Fault
 * `unauthenticated` for a token that is missing, invalid or expired, or whose session has ended, and
 * for an API key, which stands for no person; `forbidden` for a suspended account. An issuer's token
 * also meets `forbidden` while sign-up is closed, `conflict` and `unavailable`.
 */
export async function userPrincipalOf(
  headers: Headers,
  accounts: Accounts,
): Promise<UserPrincipal> {
  const token = bearerOf(headers);
  const user = token === undefined ? undefined : await accounts.authenticate(token);
  if (!user) {
    throw new Fault('unauthenticated', 'sign in, and send `Authorization: Bearer <access token>`');
  }
  const { userId, email, isAdmin, status } = user;
  if (status === 'suspended')
    throw new Fault('forbidden', 'this account is suspended: ask your admin');
  return { userId, email, isAdmin, status };
}

/**
 * As `userPrincipalOf`, for admins only. Throws Fault `forbidden` for anybody else, and for every API
 * key, an admin's too; whether the key is in force is not looked at.
 */
export async function adminPrincipalOf(
  headers: Headers,
  accounts: Accounts,
): Promise<UserPrincipal> {
  if (API_KEY.test(credentialOf(headers) ?? ''))
    throw new Fault('forbidden', 'no API key administers: sign in as an admin');
  const user = await userPrincipalOf(headers, accounts);
  if (!user.isAdmin) throw new Fault('forbidden', 'only an admin may do this');
  return user;
}

function credentialOf(headers: Headers): string | undefined {
  if (headers.has('authorization')) return bearerOf(headers);
  return headers.get('x-api-key') ?? undefined;
}

function bearerOf(headers: Headers): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1];
}
