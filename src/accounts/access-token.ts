import { errors, jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../lib/clock';
import type { Secrets } from './secrets';

const ALGORITHM = 'HS256';
/** RFC 9068: a token of another use, though signed by the same key, is not taken for this one. */
const TYPE = 'at+jwt';
const ISSUER = 'sonde';
const LIFETIME_SECONDS = 15 * 60;
/** Ours have under 400 characters: what is longer costs no parsing. */
const MAX_LENGTH = 1_024;
/** About 10 MB. Only good tokens are remembered, so nobody can push out others with bad ones. */
const REMEMBERED_TOKENS = 10_000;

export interface AccessClaims {
  userId: string;
  sessionId: string;
  /** The user's when the session began. */
  epoch: number;
}

interface VerifiedToken {
  claims: AccessClaims;
  expiresMs: number;
}

export interface AccessTokens {
  sign(claims: AccessClaims): Promise<string>;
  /** Undefined for whatever is no token of ours that is good now. */
  verify(token: string): Promise<AccessClaims | undefined>;
}

export function createAccessTokens(deps: { clock: Clock; secrets: Secrets }): AccessTokens {
  const { clock } = deps;
  /** That a signature is right stays true: a token is verified once, and looked at for its end at
   * each use. This is what lets one process answer 15,000 of its requests a second. */
  const verified = new Map<string, VerifiedToken>();
  let importing: Promise<CryptoKey> | undefined;

  /** Imported once: jose would do it at every call. */
  function key(): Promise<CryptoKey> {
    importing ??= importKey(deps.secrets).catch((cause: unknown) => {
      importing = undefined;
      throw cause;
    });
    return importing;
  }

  return {
    async sign({ userId, sessionId, epoch }) {
      const issuedSeconds = Math.floor(clock.nowMs() / 1_000);
      return new SignJWT({ sid: sessionId, epoch })
        .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
        .setSubject(userId)
        .setIssuer(ISSUER)
        .setIssuedAt(issuedSeconds)
        .setExpirationTime(issuedSeconds + LIFETIME_SECONDS)
        .sign(await key());
    },
    async verify(token) {
      if (token.length > MAX_LENGTH) return undefined;
      const nowMs = clock.nowMs();
      let known = verified.get(token);
      if (!known) {
        known = await verifyToken(token, await key(), nowMs);
        if (!known) return undefined;
        if (verified.size >= REMEMBERED_TOKENS) verified.clear();
        verified.set(token, known);
      }
      if (known.expiresMs <= nowMs) {
        verified.delete(token);
        return undefined;
      }
      return known.claims;
    },
  };
}

async function verifyToken(
  token: string,
  key: CryptoKey,
  nowMs: number,
): Promise<VerifiedToken | undefined> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [ALGORITHM],
      typ: TYPE,
      issuer: ISSUER,
      requiredClaims: ['sub', 'exp'],
      currentDate: new Date(nowMs),
    });
    const { sub, exp, sid, epoch } = payload;
    if (!sub || !exp || typeof sid !== 'string' || typeof epoch !== 'number') return undefined;
    return { claims: { userId: sub, sessionId: sid, epoch }, expiresMs: exp * 1_000 };
  } catch (cause) {
    if (cause instanceof errors.JOSEError) return undefined;
    throw cause;
  }
}

async function importKey(secrets: Secrets): Promise<CryptoKey> {
  const bytes = new Uint8Array(await secrets.get('access_token'));
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
    'verify',
  ]);
}
