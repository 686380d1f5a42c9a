import { Elysia } from 'elysia';
import { LoginPage, type LoginPageProps } from '../../views/pages/login/show';
import { SignInPage } from '../../views/pages/sign-in/show';
import type { Auth } from '../accounts/auth';
import { limitSignIn, type RateLimiter } from '../http/limits';
import { page } from './page';
import { answerOf, type Refused, redirect, refusalIn, refusedBy } from './refusal';
import { type Browsers, localPath } from './session';

export interface SignInDeps {
  auth: Pick<Auth, 'identify'>;
  browsers: Browsers;
  /** True when Google sign-in is set up. */
  hasGoogle: boolean;
  limiter: RateLimiter | undefined;
}

/** Signing in by password or by link, and out. */
export function signInRoutes({ auth, browsers, hasGoogle, limiter }: SignInDeps) {
  const letIn = { parse: 'none', beforeHandle: limitSignIn(limiter) } as const;

  async function login(
    request: Request,
    shown: Pick<LoginPageProps, 'next' | 'email' | 'done'>,
    refused?: Refused,
  ): Promise<Response> {
    const { csrfToken, headers } = await browsers.guestForm(request);
    const viewer = await browsers.viewerOf(request);
    return page(
      (nonce) =>
        LoginPage({ nonce, viewer, csrfToken, hasGoogle, ...shown, ...refusalIn(refused) }),
      answerOf(refused, headers),
    );
  }

  async function link(request: Request, token: string, refused?: Refused): Promise<Response> {
    const { csrfToken, headers } = await browsers.guestForm(request);
    const viewer = await browsers.viewerOf(request);
    return page(
      (nonce) => SignInPage({ nonce, viewer, csrfToken, token, ...refusalIn(refused) }),
      answerOf(refused, headers),
    );
  }

  return new Elysia({ name: 'sign-in', detail: { hide: true } })
    .get('/login', async ({ request }) => {
      const query = new URL(request.url).searchParams;
      const next = localPath(query.get('next'));
      if (await browsers.viewerOf(request)) return redirect(next);
      const done = query.has('reset') ? 'Your password is set: sign in with it.' : undefined;
      return login(request, { next, ...(done ? { done } : {}) });
    })
    .post(
      '/login',
      async ({ request }) => {
        const { email = '', password = '', next } = (await browsers.formOf(request)).form;
        try {
          const owner = await auth.identify.login({ email, password });
          return redirect(localPath(next), await browsers.signIn(request, owner));
        } catch (thrown) {
          return login(request, { next: localPath(next), email }, refusedBy(thrown));
        }
      },
      letIn,
    )
    .get('/sign-in', ({ request }) =>
      link(request, new URL(request.url).searchParams.get('token') ?? ''),
    )
    .post(
      '/sign-in',
      async ({ request }) => {
        const { token = '' } = (await browsers.formOf(request)).form;
        try {
          const owner = await auth.identify.redeemSignInLink(token);
          return redirect('/app', await browsers.signIn(request, owner));
        } catch (thrown) {
          return link(request, token, refusedBy(thrown));
        }
      },
      letIn,
    )
    .post(
      '/logout',
      async ({ request }) => {
        // Whose session is over has nothing left to protect, and no token that would be good.
        if (await browsers.viewerOf(request)) await browsers.formOf(request);
        return redirect('/', await browsers.signOut(request));
      },
      { parse: 'none' },
    );
}
