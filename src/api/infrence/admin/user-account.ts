import { Elysia, type Static } from 'elysia';
import type { Accounts } from '../../../accounts/service';
import type { Audit } from '../../../audit/service';
import type { Adjustments } from '../../../credits/adjustment';
import type { Statements } from '../../../credits/statement';
import { readJson } from '../../../http/body';
import { adminPrincipalOf } from '../../../http/principal';
import { knownId, notFound, validator } from '../../../http/validate';
import { Fault } from '../../../lib/fault';
import type { Chance } from '../../../lib/ids';
import { creditsToMicros } from '../../../lib/money';
import type { ResearchOverview } from '../../../research/overview';
import { idInPath, queryOf } from '../parameters';
import { adminOperation, bodyIsReadLater, pageOf, pageParameters, pageQuery } from './describe';
import { balanceAfter, ledgerRow, userJobRow } from './present';
import { CreditAdjustBody } from './schemas-admin';

export interface AdminUserAccountDeps {
  accounts: Accounts;
  statements: Statements;
  adjustments: Adjustments;
  researchOverview: ResearchOverview;
  audit: Audit;
  chance: Chance;
}

const MAX_ADJUSTMENT_CREDITS = 1_000_000_000;

const checkedAdjust = validator(CreditAdjustBody);

export function adminUserAccountRoutes(deps: AdminUserAccountDeps) {
  return new Elysia({ name: 'infrence.admin.user-account', normalize: false })
    .derive(async ({ request }) => ({
      admin: await adminPrincipalOf(request.headers, deps.accounts),
    }))
    .get(
      '/api/admin/users/:id/jobs',
      async ({ params, query }) => {
        const userId = await existingId(deps, params.id);
        return (await deps.researchOverview.list({ userId, ...pageOf(query) })).map(userJobRow);
      },
      {
        query: queryOf(pageQuery),
        detail: adminOperation(
          'user_jobs',
          'List the research jobs of a user',
          {
            200: ['Newest first', ['AdminUserJobRow']],
            400: ['Bad query'],
            404: ['Not found'],
          },
          { parameters: [idInPath, ...pageParameters] },
        ),
      },
    )
    .get(
      '/api/admin/users/:id/ledger',
      async ({ params, query }) => {
        const userId = await existingId(deps, params.id);
        return (await deps.statements.ofUser(userId, pageOf(query))).map(ledgerRow);
      },
      {
        query: queryOf(pageQuery),
        detail: adminOperation(
          'user_ledger',
          'List what moved the balance of a user',
          {
            200: ['Newest first', ['AdminLedgerRow']],
            400: ['Bad query'],
            404: ['Not found'],
          },
          { parameters: [idInPath, ...pageParameters] },
        ),
      },
    )
    .post(
      '/api/admin/users/:id/credits',
      async ({ params, request, admin }) => {
        const userId = await existingId(deps, params.id);
        return adjust(deps, admin.userId, userId, checkedAdjust(await readJson(request)));
      },
      {
        ...bodyIsReadLater,
        detail: adminOperation(
          'adjust_credits',
          'Add to or take from the balance of a user',
          {
            200: ['The balance right after it', 'CreditAdjustResponse'],
            400: ['0, out of range, or more than there is'],
            404: ['Not found'],
            409: ['The idempotency_key adjusted something else before'],
          },
          { parameters: [idInPath], body: 'CreditAdjustBody' },
        ),
      },
    );
}

async function adjust(
  deps: AdminUserAccountDeps,
  actorId: string,
  userId: string,
  body: Static<typeof CreditAdjustBody>,
) {
  if (Math.abs(body.delta_credits) > MAX_ADJUSTMENT_CREDITS) {
    throw new Fault(
      'invalid_request',
      `delta_credits must be within ${MAX_ADJUSTMENT_CREDITS} either way`,
      { field: 'delta_credits' },
    );
  }
  const request = {
    id: body.idempotency_key ?? deps.chance.id(),
    userId,
    deltaMicros: creditsToMicros(body.delta_credits),
    note: body.note,
  };
  const entry = { actorId, action: 'credits.adjust', subject: userId };
  return deps.audit.perform(entry, async (tx) => {
    const { adjusted, availableMicros } = await deps.adjustments.adjust(tx, request);
    const { id: adjustmentId, deltaMicros, note } = request;
    const change = {
      before: { available_micros: availableMicros - deltaMicros },
      after: {
        available_micros: availableMicros,
        delta_micros: deltaMicros,
        note,
        idempotency_key: adjustmentId,
      },
    };
    return { result: balanceAfter(availableMicros), change: adjusted ? change : null };
  });
}

async function existingId({ accounts }: AdminUserAccountDeps, id: string): Promise<string> {
  const user = await accounts.byId(knownId(id, 'user'));
  if (!user) throw notFound(id, 'user');
  return user.id;
}
