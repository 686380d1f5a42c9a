import {
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import type { Identity } from './identities';
import { checkedEmail } from './registration';

/** Asymmetric ones alone: were HS256 among them, everybody who can read the issuer's public key
 * could sign with it (RFC 8725, section 2.1). */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];
/** A token of another use, such as `logout+jwt`, is not taken for this one (RFC 8725, 3.11). */
const TYPES = new Set([undefined, 'jwt', 'at+jwt', 'application/at+jwt']);
const LEEWAY_SECONDS = 60;
const MAX_TOKEN_LENGTH = 16_384;
/** OpenID Connect Core, section 2: a subject has at most 255 characters. */
const MAX_SUBJECT_LENGTH = 255;
const MAX_NAME_LENGTH = 100;

export interface IssuedTokenDeps {
  clock: Clock;
  keys: JWTVerifyGetKey;
  /** Whose `iss` is taken, letter for letter. */
  issuers: string[];
  audience: string;
}

/** What a token says that stands every check. */
export interface IssuedClaims extends JWTPayload {
  sub: string;
  exp: number;
}

/**
 * Checks the tokens of one issuer: signature, issuer, audience, times with 60 s of leeway, subject.
 * Undefined for whatever is no good token of theirs; keys are asked for by no token whose header
 * rules it out. Throws Fault `unavailable`.
 */
export function createIssuedTokens({ clock, keys, issuers, audience }: IssuedTokenDeps) {
  return async (token: string): Promise<IssuedClaims | undefined> => {
    if (token.length > MAX_TOKEN_LENGTH || !mayBeIssued(token)) return undefined;
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ALGORITHMS,
        issuer: issuers,
        audience,
        clockTolerance: LEEWAY_SECONDS,
        currentDate: new Date(clock.nowMs()),
      });
      const { sub, exp } = payload;
      if (typeof sub !== 'string' || sub === '' || sub.length > MAX_SUBJECT_LENGTH || !exp)
        return undefined;
      return { ...payload, sub, exp };
    } catch (cause) {
      if (cause instanceof errors.JOSEError) return undefined;
      if (cause instanceof Fault) throw cause;
      // The issuer's own key is what the rest of the library stumbles over: too short, or broken.
      throw new Fault('unavailable', 'the keys of the sign-in server cannot be used', { cause });
    }
  };
}

function mayBeIssued(token: string): boolean {
  try {
    const { alg, typ } = decodeProtectedHeader(token);
    return ALGORITHMS.includes(alg ?? '') && TYPES.has(typ?.toLowerCase());
  } catch {
    return false;
  }
}

/** Who the claims are about. `issuer` is passed, for some issuers have two spellings. */
export function identityOf(claims: IssuedClaims, issuer: string): Identity {
  return {
    issuer,
    subject: claims.sub,
    email: provenEmail(claims),
    firstName: nameOf(claims.given_name),
    lastName: nameOf(claims.family_name),
  };
}

/** Anybody can tell an issuer any address: one that it has not proven is no address. */
function provenEmail({ email, email_verified: isVerified }: IssuedClaims): string | null {
  if (isVerified !== true || typeof email !== 'string') return null;
  try {
    return checkedEmail(email);
  } catch {
    return null;
  }
}

function nameOf(claim: unknown): string {
  if (typeof claim !== 'string') return '';
  const clean = claim
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .normalize('NFC');
  return clean.slice(0, MAX_NAME_LENGTH).toWellFormed();
}
