import type { Auth } from '../accounts/auth';
import type { GivenPassword } from '../accounts/password-sign-in';
import type { Accounts } from '../accounts/service';
import type { UserStatus } from '../accounts/types';
import type { Host, HostRegistry } from '../hosts/types';
import type { Keys } from '../keys/service';
import type { KeyUse } from '../keys/types';
import { assert } from '../lib/assert';
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

/** A 401 where a name and a password would do as well. Browsers ask their user for them then, which
 * they must not do elsewhere. */
export class CredentialsNeeded extends Fault {
  constructor(message: string) {
    super('unauthenticated', message);
  }
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
 * Resolves `Authorization: Basic …` of a username, or an address, and a password. Calls
 * `beforeCheck` as `Auth.authenticatePassword` does. Throws {@link CredentialsNeeded} for what is
 * wrong or not well-formed; `forbidden` for a suspended account; `rate_limited`.
 */
export async function passwordPrincipalOf(
  headers: Headers,
  auth: Pick<Auth, 'authenticatePassword'>,
  beforeCheck: () => void,
): Promise<UserPrincipal> {
  const given = passwordOf(headers);
  if (!given) throw new CredentialsNeeded('send Basic credentials as base64 of `name:password`');
  try {
    const { userId, email, isAdmin, status } = await auth.authenticatePassword(given, beforeCheck);
    assert(status !== 'suspended', 'who is suspended is refused already');
    return { userId, email, isAdmin, status };
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'unauthenticated')
      throw new CredentialsNeeded(thrown.message);
    throw thrown;
  }
}

/** Resolves the bearer key of a host. Throws Fault `unauthenticated`. */
export function hostPrincipalOf(headers: Headers, registry: HostRegistry): Host {
  const key = bearerOf(headers);
  const host = key === undefined ? undefined : registry.authenticate(key);
  if (host) return host;
  throw new Fault(
    'unauthenticated',
    'send the key of a host that is not disabled: `Authorization: Bearer hk_live_…`',
  );
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

/** Which of the ways to say who asks the request takes; undefined for none. */
export function schemeOf(headers: Headers): 'password' | 'token' | 'key' | undefined {
  const authorization = headers.get('authorization');
  if (authorization === null) return headers.has('x-api-key') ? 'key' : undefined;
  if (/^Basic\b/i.test(authorization)) return 'password';
  // A JWT has three parts; a key has none.
  return /^Bearer\s+[^\s.]+\.[^\s.]+\.[^\s.]*$/i.test(authorization) ? 'token' : 'key';
}

/** RFC 7617, in UTF-8. */
function passwordOf(headers: Headers): GivenPassword | undefined {
  const encoded = /^Basic\s+([\w+/=-]+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  const text = Buffer.from(encoded ?? '', 'base64').toString('utf8');
  const end = text.indexOf(':');
  return end < 0 ? undefined : { name: text.slice(0, end), password: text.slice(end + 1) };
}

function credentialOf(headers: Headers): string | undefined {
  if (headers.has('authorization')) return bearerOf(headers);
  return headers.get('x-api-key') ?? undefined;
}

function bearerOf(headers: Headers): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1];
}
