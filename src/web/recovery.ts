import { Elysia } from 'elysia';
import { ForgotPasswordPage } from '../../views/pages/forgot-password/show';
import { ResetPasswordPage } from '../../views/pages/reset-password/show';
import type { Auth } from '../accounts/auth';
import { limitSignIn, type RateLimiter } from '../http/limits';
import { page } from './page';
import { answerOf, type Refused, redirect, refusalIn, refusedBy } from './refusal';
import type { Browsers } from './session';

export interface RecoveryDeps {
  auth: Pick<Auth, 'forgotPassword' | 'resetPassword'>;
  browsers: Browsers;
  passwordMinLength: number;
  limiter: RateLimiter | undefined;
}

/** The way back in for who has forgotten a password. */
export function recoveryRoutes(deps: RecoveryDeps) {
  const { auth, browsers, passwordMinLength } = deps;
  const letIn = { parse: 'none', beforeHandle: limitSignIn(deps.limiter) } as const;

  async function choose(request: Request, token: string, refused?: Refused): Promise<Response> {
    const { csrfToken, headers } = await browsers.guestForm(request);
    const viewer = await browsers.viewerOf(request);
    const shown = { viewer, csrfToken, token, passwordMinLength, ...refusalIn(refused) };
    return page((nonce) => ResetPasswordPage({ nonce, ...shown }), answerOf(refused, headers));
  }

  return new Elysia({ name: 'recovery', detail: { hide: true } })
    .get('/forgot-password', async ({ request }) => {
      const { csrfToken, headers } = await browsers.guestForm(request);
      const viewer = await browsers.viewerOf(request);
      const isSent = new URL(request.url).searchParams.has('sent');
      return page((nonce) => ForgotPasswordPage({ nonce, viewer, csrfToken, isSent }), { headers });
    })
    .post(
      '/forgot-password',
      async ({ request }) => {
        const { email = '' } = (await browsers.formOf(request)).form;
        await auth.forgotPassword(email);
        return redirect('/forgot-password?sent');
      },
      letIn,
    )
    .get('/reset-password', ({ request }) =>
      choose(request, new URL(request.url).searchParams.get('token') ?? ''),
    )
    .post(
      '/reset-password',
      async ({ request }) => {
        const { token = '', password = '' } = (await browsers.formOf(request)).form;
        try {
          await auth.resetPassword({ token, password });
          return redirect('/login?reset', await browsers.signOut(request));
        } catch (thrown) {
          return choose(request, token, refusedBy(thrown));
        }
      },
      letIn,
    );
}
