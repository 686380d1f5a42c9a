import { Elysia, t } from 'elysia';
import type { Accounts } from '../../../accounts/service';
import type { Audit } from '../../../audit/service';
import type { Credits } from '../../../credits/service';
import { adminPrincipalOf } from '../../../http/principal';
import { knownId, notFound } from '../../../http/validate';
import { Fault } from '../../../lib/fault';
import type { ResearchOverview } from '../../../research/overview';
import type { Support } from '../../../support/service';
import { idInPath, optionalInQuery, queryOf } from '../parameters';
import { adminOperation, done, pageOf, pageParameters, pageQuery } from './describe';
import { userRow } from './present';

export interface AdminUserDeps {
  accounts: Accounts;
  credits: Credits;
  researchOverview: ResearchOverview;
  support: Support;
  audit: Audit;
}

const QUERY_MAX_LENGTH = 254;

export function adminUserRoutes(deps: AdminUserDeps) {
  return new Elysia({ name: 'infrence.admin.users', normalize: false })
    .derive(async ({ request }) => ({
      admin: await adminPrincipalOf(request.headers, deps.accounts),
    }))
    .get('/api/admin/users', ({ query: { q, ...page } }) => list(deps, q, pageOf(page)), {
      query: queryOf({
        q: t.Optional(t.String({ maxLength: QUERY_MAX_LENGTH })),
        ...pageQuery,
      }),
      detail: adminOperation(
        'list_users',
        'Search users',
        {
          200: ['Newest first', ['AdminUserRow']],
          400: ['Bad query'],
        },
        {
          parameters: [
            optionalInQuery('q', 'string', {
              maxLength: QUERY_MAX_LENGTH,
              description: 'Part of an address or a name, or a whole id.',
            }),
            ...pageParameters,
          ],
        },
      ),
    })
    .get('/api/admin/users/:id', ({ params }) => show(deps, knownId(params.id, 'user')), {
      detail: adminOperation(
        'user_detail',
        'Get a user',
        {
          200: ['The user', 'AdminUserDetail'],
          404: ['Not found'],
        },
        { parameters: [idInPath] },
      ),
    })
    .post(
      '/api/admin/users/:id/suspend',
      async ({ params, admin }) => {
        await setSuspended(deps, admin.userId, knownId(params.id, 'user'), true);
        return done();
      },
      {
        detail: adminOperation(
          'suspend',
          'Suspend a user and end every session',
          {
            200: ['The user is suspended'],
            403: ['Not an admin, or yourself'],
            404: ['Not found'],
          },
          { parameters: [idInPath] },
        ),
      },
    )
    .post(
      '/api/admin/users/:id/unsuspend',
      async ({ params, admin }) => {
        await setSuspended(deps, admin.userId, knownId(params.id, 'user'), false);
        return done();
      },
      {
        detail: adminOperation(
          'unsuspend',
          'End the suspension of a user',
          {
            200: ['The user is not suspended'],
            404: ['Not found'],
          },
          { parameters: [idInPath] },
        ),
      },
    );
}

async function list(
  { accounts, credits }: AdminUserDeps,
  q: string | undefined,
  page: { limit: number; offset: number },
) {
  const profiles = await accounts.search({ q: q?.trim() ?? '', ...page });
  return Promise.all(
    profiles.map(async (profile) => userRow(profile, await credits.balance(profile.id))),
  );
}

async function show(deps: AdminUserDeps, id: string) {
  const profile = await deps.accounts.profile(id);
  if (!profile) throw notFound(id, 'user');
  const [balance, jobsCount, openTickets] = await Promise.all([
    deps.credits.balance(id),
    deps.researchOverview.jobsOf(id),
    deps.support.openCount(id),
  ]);
  return {
    ...userRow(profile, balance),
    email_verified: profile.emailVerified,
    marketing_emails_enabled: profile.marketingEmailsEnabled,
    jobs_count: jobsCount,
    open_tickets: openTickets,
    stripe_customer_id: null,
  };
}

async function setSuspended(
  { accounts, audit }: AdminUserDeps,
  actorId: string,
  id: string,
  suspended: boolean,
): Promise<void> {
  if (suspended && id === actorId)
    throw new Fault('forbidden', 'you cannot suspend yourself: ask another admin');
  const action = suspended ? 'user.suspend' : 'user.unsuspend';
  await audit.perform({ actorId, action, subject: id }, async (tx) => {
    const changed = await accounts.setSuspended(tx, id, suspended);
    const change = { before: { suspended: !suspended }, after: { suspended } };
    return { result: undefined, change: changed ? change : null };
  });
}
