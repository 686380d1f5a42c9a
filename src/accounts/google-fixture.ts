import type { JWTPayload } from 'jose';
import type { Clock } from '../lib/clock';
import { signedBy, startIssuer } from './fixtures';

/** Test data: the address of the person who is signed in at the Google below. */
export const GOOGLE_USER = 'ana@example.com';

const CODE_PARTS = ['client_id', 'redirect_uri'];

/** A Google on loopback that keeps to the rules: a code is for one client, one address and one
 * verifier, and good once. */
export async function startGoogle(settings: {
  clientId: string;
  clientSecret: string;
  clock: Clock;
}) {
  const { clientId, clientSecret, clock } = settings;
  const issuer = await startIssuer();
  const codes = new Map<string, URLSearchParams>();
  const person: JWTPayload = { sub: '1001', email: GOOGLE_USER, email_verified: true };
  /** What a test makes it say that is not so. */
  const lies: JWTPayload = {};
  const { '/keys': keys } = issuer.routes;
  if (keys) issuer.routes['/oauth2/v3/certs'] = keys;

  issuer.routes['/o/oauth2/v2/auth'] = (request) => {
    const asked = new URL(request.url).searchParams;
    const code = crypto.randomUUID();
    codes.set(code, asked);
    const back = new URL(asked.get('redirect_uri') ?? '');
    back.search = new URLSearchParams({ code, state: asked.get('state') ?? '' }).toString();
    return new Response(null, { status: 302, headers: { location: back.href } });
  };

  issuer.routes['/token'] = async (request) => {
    const form = new URLSearchParams(await request.text());
    if (form.get('client_secret') !== clientSecret)
      return Response.json({ error: 'invalid_client' }, { status: 401 });
    const code = form.get('code') ?? '';
    const asked = codes.get(code);
    codes.delete(code);
    const [key] = issuer.published;
    if (!asked || !key || !isFor(asked, form))
      return Response.json({ error: 'invalid_grant' }, { status: 400 });
    const claims = {
      iss: issuer.url,
      aud: clientId,
      azp: clientId,
      exp: clock.nowMs() / 1_000 + 3_600,
      nonce: asked.get('nonce') ?? '',
      ...person,
      ...lies,
    };
    return Response.json({ id_token: await signedBy(key, claims) });
  };
  return { issuer, person, lies };
}

export type Google = Awaited<ReturnType<typeof startGoogle>>;

function isFor(asked: URLSearchParams, form: URLSearchParams): boolean {
  const verifier = form.get('code_verifier') ?? '';
  return (
    form.get('grant_type') === 'authorization_code' &&
    CODE_PARTS.every((name) => asked.get(name) === form.get(name)) &&
    asked.get('code_challenge_method') === 'S256' &&
    asked.get('code_challenge') ===
      new Bun.CryptoHasher('sha256').update(verifier).digest('base64url')
  );
}
