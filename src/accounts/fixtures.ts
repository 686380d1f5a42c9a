import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { systemClock } from '../lib/clock';
import { createGuardedFetch, type GuardedFetchDeps } from '../net/guarded-fetch';

/** Test data: an issuer of tokens, on loopback. */

/** The real one, with loopback allowed. */
export function guardedFetch(changes: Partial<GuardedFetchDeps> = {}) {
  return createGuardedFetch({
    clock: systemClock,
    userAgent: 'SondeBot/0',
    allow: ['127.0.0.0/8'],
    limits: { maxBytes: 1_000_000, timeoutMs: 5_000, maxRedirects: 3 },
    ...changes,
  });
}

export const loopbackFetch = guardedFetch();

type Route = (request: Request) => Response | Promise<Response>;

export interface SigningKey {
  alg: string;
  kid: string;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
}

export async function newKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  return { alg, kid, ...(await generateKeyPair(alg, { extractable: true })) };
}

/** Publishes its metadata and the keys in `published`, and counts who asks. A test may replace any
 * route, and make requests wait. */
export async function startIssuer() {
  const published: SigningKey[] = [await newKey('first')];
  const asked: string[] = [];
  const routes: Record<string, Route> = {
    '/.well-known/openid-configuration': () =>
      Response.json({ issuer: url, jwks_uri: `${url}/keys` }),
    '/keys': async () => Response.json({ keys: await Promise.all(published.map(publicJwk)) }),
  };
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch(request) {
      const { pathname } = new URL(request.url);
      asked.push(pathname);
      return routes[pathname]?.(request) ?? new Response('not here', { status: 404 });
    },
  });
  const url = server.url.href.replace(/\/$/, '');
  return { url, published, asked, routes, stop: () => server.stop(true) };
}

export type Issuer = Awaited<ReturnType<typeof startIssuer>>;

export async function publicJwk({ publicKey, kid, alg }: SigningKey) {
  return { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
}

export function signedBy(
  key: SigningKey,
  claims: JWTPayload,
  header: Record<string, unknown> = {},
): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
    .sign(key.privateKey);
}
