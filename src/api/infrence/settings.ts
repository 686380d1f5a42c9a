import { Elysia } from 'elysia';
import { readJson } from '../../http/body';
import { userGate } from '../../http/gate';
import type { AuthRouteDeps } from './auth';
import { jsonBody } from './parameters';
import { done } from './present-auth';
import { authAnswers, MarketingBody, PasswordBody, ProfileBody } from './schemas-auth';

/** What users change of their own accounts. */
export function settingsRoutes({ auth, accounts }: AuthRouteDeps) {
  const principalOf = userGate(accounts);
  return new Elysia({ name: 'infrence.settings', normalize: false })
    .onParse(async ({ request }) => {
      await principalOf(request);
      return readJson(request);
    })
    .derive(async ({ request }) => ({
      principal: await principalOf(request),
    }))
    .put(
      '/api/settings/profile',
      async ({ body, principal }) => {
        const names = { firstName: body.first_name, lastName: body.last_name };
        await accounts.setNames(principal.userId, names);
        return done();
      },
      { body: ProfileBody, detail: operations.profile },
    )
    .put(
      '/api/settings/password',
      async ({ body, principal }) => {
        const change = { current: body.current_password, next: body.new_password };
        await auth.changePassword(principal.userId, change);
        return done();
      },
      { body: PasswordBody, detail: operations.password },
    )
    .put(
      '/api/settings/marketing',
      async ({ body, principal }) => {
        await accounts.setMarketing(principal.userId, body.enabled);
        return done();
      },
      { body: MarketingBody, detail: operations.marketing },
    );
}

const common = { tags: ['settings'], security: [{ bearer_jwt: [] }] };

const operations = {
  profile: {
    ...common,
    operationId: 'update_profile',
    summary: 'Change the name',
    requestBody: jsonBody('ProfileBody'),
    responses: authAnswers({ 200: ['Changed'], 400: ['Bad name'], 401: ['Not authenticated'] }),
  },
  password: {
    ...common,
    operationId: 'change_password',
    summary: 'Change the password, and end every session, this one too',
    requestBody: jsonBody('PasswordBody'),
    responses: authAnswers({
      200: ['Changed: sign in again'],
      400: ['Bad new password, or the account has none yet'],
      401: ['Wrong current password'],
      429: ['Too many at once: see Retry-After'],
    }),
  },
  marketing: {
    ...common,
    operationId: 'set_marketing',
    summary: 'Agree to marketing mails, or no longer',
    requestBody: jsonBody('MarketingBody'),
    responses: authAnswers({ 200: ['Changed'], 401: ['Not authenticated'] }),
  },
};
