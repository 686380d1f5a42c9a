import { Elysia, t } from 'elysia';
import type { Auth } from '../../accounts/auth';
import type { Accounts } from '../../accounts/service';
import type { Profile } from '../../accounts/types';
import { readJson } from '../../http/body';
import { limitSignIn, type RateLimiter } from '../../http/limits';
import { userPrincipalOf } from '../../http/principal';
import { assert } from '../../lib/assert';
import { jsonBody, queryOf } from './parameters';
import { authResponse, done, userDto } from './present-auth';
import {
  authAnswers,
  ForgotBody,
  LoginBody,
  RefreshBody,
  ResetBody,
  SignupBody,
} from './schemas-auth';

export interface AuthRouteDeps {
  auth: Auth;
  accounts: Accounts;
  /** Undefined to count nothing. */
  limiter?: RateLimiter | undefined;
}

/** Where a verified user goes on. */
const DASHBOARD_PATH = '/app';

/** Signing up, in and out, and back in. */
export function authRoutes({ auth, accounts, limiter }: AuthRouteDeps) {
  const beforeHandle = limitSignIn(limiter);
  return new Elysia({ name: 'infrence.auth', normalize: false })
    .onParse(({ request }) => readJson(request))
    .post(
      '/api/auth/signup',
      async ({ body }) => {
        const { first_name: firstName, last_name: lastName, ...rest } = body;
        return authResponse(
          await auth.signup({ ...rest, firstName: firstName ?? '', lastName: lastName ?? '' }),
        );
      },
      { body: SignupBody, beforeHandle, detail: operations.signup },
    )
    .post('/api/auth/login', async ({ body }) => authResponse(await auth.login(body)), {
      body: LoginBody,
      beforeHandle,
      detail: operations.login,
    })
    .post(
      '/api/auth/refresh',
      async ({ body }) => authResponse(await auth.refresh(body.refresh_token)),
      { body: RefreshBody, detail: operations.refresh },
    )
    .post('/api/auth/logout', ({ body }) => auth.logout(body.refresh_token).then(done), {
      body: RefreshBody,
      detail: operations.logout,
    })
    .get('/api/auth/me', async ({ request }) => userDto(await profileOf(request, accounts)), {
      detail: operations.me,
    })
    .post('/api/auth/forgot-password', ({ body }) => auth.forgotPassword(body.email).then(done), {
      body: ForgotBody,
      beforeHandle,
      detail: operations.forgotPassword,
    })
    .post('/api/auth/reset-password', ({ body }) => auth.resetPassword(body).then(done), {
      body: ResetBody,
      beforeHandle,
      detail: operations.resetPassword,
    })
    .get(
      '/api/auth/verify-email',
      async ({ query }) => {
        await auth.verifyEmail(query.token);
        return new Response(null, { status: 302, headers: { location: DASHBOARD_PATH } });
      },
      { query: queryOf({ token: t.String() }), detail: operations.verifyEmail },
    );
}

async function profileOf(request: Request, accounts: Accounts): Promise<Profile> {
  const { userId } = await userPrincipalOf(request.headers, accounts);
  const profile = await accounts.profile(userId);
  assert(profile, 'a session has a user');
  return profile;
}

const tags = ['auth'];
const busy = { 429: ['Too many at once: see Retry-After'] } as Record<number, [string]>;

const operations = {
  signup: {
    tags,
    operationId: 'signup',
    summary: 'Make an account and sign in',
    requestBody: jsonBody('SignupBody'),
    responses: authAnswers({
      200: ['The account, signed in', 'AuthResponse'],
      400: ['Bad address, password or name'],
      403: ['Sign-up is closed'],
      409: ['The address is taken'],
      ...busy,
    }),
  },
  login: {
    tags,
    operationId: 'login',
    summary: 'Sign in',
    requestBody: jsonBody('LoginBody'),
    responses: authAnswers({
      200: ['Signed in', 'AuthResponse'],
      401: ['Wrong address or password'],
      403: ['The account is suspended'],
      ...busy,
    }),
  },
  refresh: {
    tags,
    operationId: 'refresh',
    summary: 'Replace a refresh token, and get a new access token',
    requestBody: jsonBody('RefreshBody'),
    responses: authAnswers({
      200: ['New tokens', 'AuthResponse'],
      401: ['Invalid, expired or replaced refresh token'],
    }),
  },
  logout: {
    tags,
    operationId: 'logout',
    summary: 'End the session of a refresh token',
    requestBody: jsonBody('RefreshBody'),
    responses: authAnswers({ 200: ['Signed out'] }),
  },
  me: {
    tags,
    security: [{ bearer_jwt: [] }],
    operationId: 'me',
    summary: 'Get the account that is signed in',
    responses: authAnswers({ 200: ['The account', 'UserDto'], 401: ['Not authenticated'] }),
  },
  forgotPassword: {
    tags,
    operationId: 'forgot_password',
    summary: 'Mail a link for a new password, if the address has an account',
    requestBody: jsonBody('ForgotBody'),
    responses: authAnswers({ 200: ['The same answer for every address'], ...busy }),
  },
  resetPassword: {
    tags,
    operationId: 'reset_password',
    summary: 'Set a new password by the mailed link, and end every session',
    requestBody: jsonBody('ResetBody'),
    responses: authAnswers({
      200: ['The password is set'],
      400: ['Bad link or password'],
      ...busy,
    }),
  },
  verifyEmail: {
    tags,
    operationId: 'verify_email',
    summary: 'Confirm an address by the mailed link',
    responses: authAnswers({ 302: ['Confirmed: on to the dashboard'], 400: ['Bad link'] }),
  },
};
