import { Elysia } from 'elysia';
import { ConfirmAddressPage } from '../../views/pages/confirm-address/show';
import { SignupPage } from '../../views/pages/signup/show';
import type { Auth } from '../accounts/auth';
import type { SignupPolicy } from '../accounts/types';
import { limitSignIn, type RateLimiter } from '../http/limits';
import { page } from './page';
import { answerOf, type Refused, redirect, refusalIn, refusedBy } from './refusal';
import type { Browsers, Viewer } from './session';

export interface SignUpDeps {
  auth: Pick<Auth, 'identify' | 'resendVerification'>;
  browsers: Browsers;
  signup: SignupPolicy;
  passwordMinLength: number;
  /** False while mail stays in the outbox. */
  sendsMail: boolean;
  limiter: RateLimiter | undefined;
}

/** Making an account, and confirming its address. */
export function signUpRoutes(deps: SignUpDeps) {
  const { auth, browsers, signup: policy, passwordMinLength, sendsMail } = deps;

  async function form(request: Request, email = '', refused?: Refused): Promise<Response> {
    const { csrfToken, headers } = await browsers.guestForm(request);
    const viewer = await browsers.viewerOf(request);
    const shown = { viewer, csrfToken, policy, passwordMinLength, email, ...refusalIn(refused) };
    return page((nonce) => SignupPage({ nonce, ...shown }), answerOf(refused, headers));
  }

  function confirmation(viewer: Viewer, isSent: boolean, refused?: Refused): Promise<Response> {
    const shown = { viewer, sendsMail, isSent, ...refusalIn(refused) };
    return page((nonce) => ConfirmAddressPage({ nonce, ...shown }), answerOf(refused));
  }

  return new Elysia({ name: 'sign-up', detail: { hide: true } })
    .get('/signup', async ({ request }) =>
      (await browsers.viewerOf(request)) ? redirect('/app') : form(request),
    )
    .post(
      '/signup',
      async ({ request }) => {
        const { email = '', password = '' } = (await browsers.formOf(request)).form;
        try {
          const owner = await auth.identify.signup({ email, password });
          return redirect('/app/confirm-address', await browsers.signIn(request, owner));
        } catch (thrown) {
          return form(request, email, refusedBy(thrown));
        }
      },
      { parse: 'none', beforeHandle: limitSignIn(deps.limiter) },
    )
    .get('/app/confirm-address', async ({ request }) => {
      const viewer = await browsers.requireViewer(request);
      const isSent = new URL(request.url).searchParams.has('sent');
      return viewer.emailVerified ? redirect('/app') : confirmation(viewer, isSent);
    })
    .post(
      '/app/confirm-address',
      async ({ request }) => {
        const { viewer } = await browsers.requireForm(request);
        if (viewer.emailVerified) return redirect('/app');
        try {
          await auth.resendVerification(viewer.userId);
          return redirect('/app/confirm-address?sent');
        } catch (thrown) {
          return confirmation(viewer, false, refusedBy(thrown));
        }
      },
      { parse: 'none' },
    );
}
