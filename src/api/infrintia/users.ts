import { Elysia } from 'elysia';
import type { Auth } from '../../accounts/auth';
import type { Accounts } from '../../accounts/service';
import type { Credits } from '../../credits/service';
import { readJson } from '../../http/body';
import { type CallerDeps, callerGate } from '../../http/caller';
import { limitSignIn } from '../../http/limits';
import { validator } from '../../http/validate';
import { assert } from '../../lib/assert';
import { isoFromMs } from '../../lib/clock';
import type { UserJobs } from '../../research/user-jobs';
import { byAnyone, jsonBody } from './describe';
import { shownId } from './ids';
import { creditsOf, usernameOf, userRow } from './present';
import { answers, UserRequest } from './schemas';

export interface UserRouteDeps extends CallerDeps {
  auth: Pick<Auth, 'identify' | 'authenticatePassword'>;
  accounts: Accounts;
  credits: Pick<Credits, 'balance'>;
  userJobs: UserJobs;
}

const checkedUser = validator(UserRequest);
const detail = { tags: ['users'] };

export function userRoutes(deps: UserRouteDeps) {
  const callerOf = callerGate(deps);
  return new Elysia({ name: 'infrintia.users', normalize: false })
    .post('/users', async ({ request }) => create(deps, checkedUser(await readJson(request))), {
      parse: 'none',
      beforeHandle: limitSignIn(deps.limiter),
      detail: {
        ...detail,
        operationId: 'create_platform_user',
        summary: 'Make an account',
        requestBody: jsonBody('UserRequest'),
        responses: answers({
          201: ['The account', 'CreatedUser'],
          403: ['Sign-up is closed'],
          409: ['The address or the username is taken'],
          429: ['Too many at once: see Retry-After'],
        }),
      },
    })
    .get(
      '/users/me',
      async ({ request, server }) => show(deps, (await callerOf({ request, server })).userId),
      {
        detail: {
          ...detail,
          security: byAnyone,
          operationId: 'get_current_user',
          summary: 'Get the account that asks, and its credits',
          responses: answers({
            200: ['The account', 'PlatformUser'],
            401: ['Invalid key, token or password'],
            403: ['The account is suspended'],
            429: ['Too many passwords were tried: see Retry-After'],
          }),
        },
      },
    );
}

async function create(
  deps: UserRouteDeps,
  { username, email, password }: { username: string; email: string; password: string },
): Promise<Response> {
  const { userId } = await deps.auth.identify.signup({ username, email, password });
  const profile = await profileOf(deps, userId);
  const { availableMicros } = await deps.credits.balance(userId);
  return Response.json(
    {
      user_id: shownId('user', userId),
      username: usernameOf(profile),
      email: profile.email,
      credits: creditsOf(availableMicros),
      created_at: isoFromMs(profile.createdMs),
    },
    { status: 201 },
  );
}

async function show(deps: UserRouteDeps, userId: string) {
  const [profile, { availableMicros }, totalJobs] = await Promise.all([
    profileOf(deps, userId),
    deps.credits.balance(userId),
    deps.userJobs.countOf(userId),
  ]);
  return userRow(profile, availableMicros, totalJobs);
}

async function profileOf({ accounts }: UserRouteDeps, userId: string) {
  const profile = await accounts.profile(userId);
  assert(profile, 'who is let in has an account');
  return profile;
}
