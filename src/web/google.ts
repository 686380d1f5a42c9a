import { Elysia } from 'elysia';
import type { GoogleSignIn } from '../accounts/google';
import { GOOGLE_CALLBACK_PATH } from '../accounts/issuer-settings';
import { limitSignIn, type RateLimiter } from '../http/limits';
import { Fault } from '../lib/fault';
import type { Cookies } from './cookies';
import type { Browsers } from './session';

const TICKET_COOKIE = 'sonde_google';
const MAX_CODE_LENGTH = 2_048;

export interface GoogleRouteDeps {
  /** Undefined when the operator configured none. */
  google: GoogleSignIn | undefined;
  browsers: Pick<Browsers, 'signIn'>;
  cookies: Cookies;
  limiter: RateLimiter | undefined;
}

/** To Google, and back with a session. The first page is a link's, so it does nothing that counts:
 * what signs in is bound to the browser by a cookie, and confirmed by the person at Google. */
export function googleRoutes({ google, browsers, cookies, limiter }: GoogleRouteDeps) {
  return new Elysia({ name: 'google', detail: { hide: true } })
    .get(
      '/login/google',
      async () => {
        const { url, ticket } = await configured(google).start();
        return redirect(url, [cookies.set(TICKET_COOKIE, ticket)]);
      },
      { beforeHandle: limitSignIn(limiter) },
    )
    .get(GOOGLE_CALLBACK_PATH, async ({ request }) => {
      const signIn = configured(google);
      const returned = new URL(request.url).searchParams;
      const clearTicket = cookies.clear(TICKET_COOKIE);
      // Whoever thinks better of it at Google is where they came from.
      if (returned.get('error') === 'access_denied') return redirect('/login', [clearTicket]);
      const owner = await signIn.finish({
        ticket: cookies.read(request.headers, TICKET_COOKIE) ?? '',
        state: returned.get('state') ?? '',
        code: codeOf(returned),
      });
      const session = await browsers.signIn(request, owner);
      return redirect('/app', [...Object.values(session), clearTicket]);
    });
}

function configured(google: GoogleSignIn | undefined): GoogleSignIn {
  if (google) return google;
  throw new Fault('not_found', 'Google sign-in is not set up here: sign in with your password');
}

function codeOf(returned: URLSearchParams): string {
  const code = returned.get('code') ?? '';
  if (code !== '' && code.length <= MAX_CODE_LENGTH) return code;
  throw new Fault('invalid_request', 'Google sent no code: sign in with Google again', {
    field: 'code',
  });
}

/** Neither the address nor the cookies may stay with anybody on the way. */
function redirect(location: string, setCookies: string[]): Response {
  const headers = new Headers({
    location,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  });
  for (const line of setCookies) headers.append('set-cookie', line);
  return new Response(null, { status: 303, headers });
}
