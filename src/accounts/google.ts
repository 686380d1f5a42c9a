import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { Db } from '../db/database';
import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import { type Chance, sha256Hex } from '../lib/ids';
import type { FormAnswer, FormPost } from '../net/form-post';
import type { GuardedFetch } from '../net/types';
import type { IdentifiedUser, Identities } from './identities';
import { createIssuedTokens, type IssuedClaims, identityOf } from './issued-token';
import { createKeySet } from './key-set';
import { googleTicketStore } from './store-google';

const ISSUER = 'https://accounts.google.com';
const SCOPES = ['openid', 'email', 'profile'];
const TICKET_BYTES = 32;
const TICKET_SHAPE = /^[\w-]{43}$/;
const LIFETIME_MS = 10 * 60_000;

const TOKEN_ANSWER = Type.Object({ id_token: Type.String() });
/** RFC 6749, section 5.2. */
const TOKEN_ERROR = Type.Object({ error: Type.String() });

export interface GoogleSettings {
  clientId: string;
  clientSecret: string;
  /** Where Google sends the browser back to; registered with Google, letter for letter. */
  redirectUrl: string;
  /** Where Google is, for a test; all of its addresses stand below. */
  baseUrl?: string;
}

export interface GoogleDeps {
  db: Db;
  clock: Clock;
  chance: Chance;
  fetch: GuardedFetch;
  post: FormPost;
  identities: Identities;
}

export interface GoogleStart {
  /** Where the browser goes. */
  url: string;
  /** For a cookie of the browser that asked, and for nobody else. */
  ticket: string;
  expiresMs: number;
}

export interface GoogleSignIn {
  start(): Promise<GoogleStart>;
  /**
   * The user whom Google sent back. Throws Fault `invalid_request` when this browser began no such
   * sign-in, or used it, or took over 10 minutes; `unauthenticated` when Google does not confirm it;
   * `forbidden` for a suspended user; `unavailable` when Google does not answer as it should; and as
   * `Identities.userOf` does.
   */
  finish(returned: { ticket: string; state: string; code: string }): Promise<IdentifiedUser>;
}

/**
 * The authorization code flow of OpenID Connect with PKCE (RFC 7636). A sign-in is bound to the
 * browser that began it by a ticket of 256 bits, of which we keep the hash alone. State, verifier and
 * nonce are derived from the ticket: nobody who sees the state, which passes through addresses and
 * logs, can find the other two, and nothing needs to be kept that could be stolen.
 */
export function createGoogleSignIn(settings: GoogleSettings, deps: GoogleDeps): GoogleSignIn {
  const { clock, chance, identities } = deps;
  const { clientId, clientSecret, redirectUrl } = settings;
  const places = placesOf(settings.baseUrl);
  const store = deps.db.bind(googleTicketStore);
  const keys = createKeySet({ fetch: deps.fetch, clock, locate: async () => places.keys });
  const verify = createIssuedTokens({
    clock,
    keys,
    issuers: places.issuers,
    audience: clientId,
  });

  async function useUp(ticket: string): Promise<void> {
    const isGood = await deps.db.write((tx) =>
      store.within(tx).use(sha256Hex(ticket), clock.nowMs()),
    );
    if (!isGood) throw notBegun();
  }

  async function exchange(code: string, verifier: string): Promise<IssuedClaims> {
    const form = new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUrl,
      code_verifier: verifier,
      client_id: clientId,
      client_secret: clientSecret,
    });
    const token = idTokenOf(await deps.post(places.token, form));
    const claims = await verify(token);
    if (!claims) throw notConfirmed('its id_token stands no check');
    return claims;
  }

  return {
    async start() {
      const ticket = Buffer.from(chance.bytes(TICKET_BYTES)).toString('base64url');
      const nowMs = clock.nowMs();
      const expiresMs = nowMs + LIFETIME_MS;
      await deps.db.write(async (tx) => {
        await store.within(tx).sweep(nowMs);
        await store.within(tx).insert(sha256Hex(ticket), expiresMs);
      });
      const { CodeChallengeMethod, OAuth2Client } = await import('arctic');
      const client = new OAuth2Client(clientId, clientSecret, redirectUrl);
      const url = client.createAuthorizationURLWithPKCE(
        places.authorize,
        derived(ticket, 'state'),
        CodeChallengeMethod.S256,
        derived(ticket, 'verifier'),
        SCOPES,
      );
      url.searchParams.set('nonce', derived(ticket, 'nonce'));
      return { url: url.href, ticket, expiresMs };
    },

    async finish({ ticket, state, code }) {
      // A wrong state leaves the ticket: otherwise any page could end a sign-in by one request.
      if (!TICKET_SHAPE.test(ticket) || state !== derived(ticket, 'state')) throw notBegun();
      await useUp(ticket);
      const claims = await exchange(code, derived(ticket, 'verifier'));
      if (claims.nonce !== derived(ticket, 'nonce')) throw notConfirmed('the nonce is another');
      if (claims.azp !== undefined && claims.azp !== clientId)
        throw notConfirmed('the id_token was made for another client');
      const user = await identities.userOf(identityOf(claims, ISSUER));
      if (user.status === 'suspended')
        throw new Fault('forbidden', 'this account is suspended: ask your admin');
      return user;
    },
  };
}

function placesOf(baseUrl: string | undefined) {
  if (baseUrl === undefined) {
    return {
      authorize: 'https://accounts.google.com/o/oauth2/v2/auth',
      token: 'https://oauth2.googleapis.com/token',
      keys: 'https://www.googleapis.com/oauth2/v3/certs',
      // Google's own documents name both.
      issuers: [ISSUER, 'accounts.google.com'],
    };
  }
  const base = baseUrl.replace(/\/$/, '');
  return {
    authorize: `${base}/o/oauth2/v2/auth`,
    token: `${base}/token`,
    keys: `${base}/oauth2/v3/certs`,
    issuers: [base],
  };
}

/** 256 bits that say nothing of the ticket, nor of what is derived for another use. */
function derived(ticket: string, use: 'state' | 'verifier' | 'nonce'): string {
  return new Bun.CryptoHasher('sha256', ticket).update(use).digest('base64url');
}

function idTokenOf({ status, bytes }: FormAnswer): string {
  const answer = parsed(bytes);
  if (status === 200 && Value.Check(TOKEN_ANSWER, answer)) return answer.id_token;
  const error = Value.Check(TOKEN_ERROR, answer) ? answer.error : undefined;
  if (error === 'invalid_grant') throw notConfirmed('the code is not good');
  const cause = new Error(`the token endpoint answered ${status} ${(error ?? '').slice(0, 80)}`);
  throw new Fault(
    'unavailable',
    'Google sign-in does not work just now: try again later, or tell your admin',
    { cause },
  );
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function notBegun(): Fault {
  return new Fault(
    'invalid_request',
    'this sign-in was not begun in this browser, or is over: sign in with Google again',
    { field: 'state' },
  );
}

function notConfirmed(why: string): Fault {
  return new Fault('unauthenticated', 'Google did not confirm who you are: sign in again', {
    cause: new Error(why),
  });
}
