import { Type } from '@sinclair/typebox';
import type { Clock } from '../lib/clock';
import type { GuardedFetch } from '../net/types';
import type { Identities, Identity } from './identities';
import { createIssuedTokens, identityOf } from './issued-token';
import { fetchPublished, isSafeUrl, unusable } from './issuer-fetch';
import { createKeySet } from './key-set';
import type { AuthenticatedUser } from './types';

/** A token is verified once in this time, so that a client's many requests cost little. */
const REMEMBERED_MS = 60_000;
const REMEMBERED_TOKENS = 2_000;

/** OpenID Connect Discovery 1.0, section 3. */
const METADATA = Type.Object({ issuer: Type.String(), jwks_uri: Type.String() });

export interface OidcSettings {
  /** As it stands in the tokens. */
  issuer: string;
  audience: string;
  /** Where the keys are; asked of the issuer's metadata if absent. */
  jwksUrl?: string;
}

export interface OidcDeps {
  fetch: GuardedFetch;
  clock: Clock;
  identities: Identities;
}

export interface Oidc {
  /**
   * Whom a token of the issuer stands for; a suspended user too. Undefined for any other token, one
   * of ours among them, for which the issuer is never asked. Throws Fault `unavailable` when its keys
   * cannot be had, and as `Identities.userOf` does.
   */
  authenticate(token: string): Promise<AuthenticatedUser | undefined>;
}

interface Remembered {
  identity: Identity;
  untilMs: number;
}

/** Takes the tokens of one OpenID Connect issuer in the place of ours. */
export function createOidc(settings: OidcSettings, deps: OidcDeps): Oidc {
  const { fetch, clock, identities } = deps;
  const { issuer, audience, jwksUrl } = settings;
  const locate = jwksUrl === undefined ? () => discover(fetch, issuer) : async () => jwksUrl;
  const keys = createKeySet({ fetch, clock, locate });
  const verify = createIssuedTokens({ clock, keys, issuers: [issuer], audience });
  /** Good ones alone, so that nobody can push out others with bad ones. */
  const remembered = new Map<string, Remembered>();

  async function verified(token: string): Promise<Remembered | undefined> {
    const claims = await verify(token);
    if (!claims) return undefined;
    const untilMs = Math.min(claims.exp * 1_000, clock.nowMs() + REMEMBERED_MS);
    const entry = { identity: identityOf(claims, issuer), untilMs };
    if (remembered.size >= REMEMBERED_TOKENS) remembered.clear();
    remembered.set(token, entry);
    return entry;
  }

  return {
    async authenticate(token) {
      let known = remembered.get(token);
      if (known && known.untilMs <= clock.nowMs()) {
        remembered.delete(token);
        known = undefined;
      }
      known ??= await verified(token);
      if (!known) return undefined;
      const { userId, email, status, isAdmin } = await identities.userOf(known.identity);
      return { userId, email, status, isAdmin };
    },
  };
}

async function discover(fetch: GuardedFetch, issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const metadata = await fetchPublished(fetch, url, METADATA);
  // Section 4.3: metadata that names another issuer is somebody else's.
  if (metadata.issuer !== issuer) throw unusable(url, `speaks for "${metadata.issuer}"`);
  if (!isSafeUrl(metadata.jwks_uri)) throw unusable(url, 'names keys that are not behind https');
  return metadata.jwks_uri;
}
