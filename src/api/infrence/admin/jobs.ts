import { Elysia, type Static, t } from 'elysia';
import type { Accounts } from '../../../accounts/service';
import type { Audit } from '../../../audit/service';
import type { Adjustments } from '../../../credits/adjustment';
import { readJson } from '../../../http/body';
import { adminPrincipalOf } from '../../../http/principal';
import { knownId, validator } from '../../../http/validate';
import { Fault } from '../../../lib/fault';
import { creditsToMicros, wholeCredits } from '../../../lib/money';
import type { ResearchOverview } from '../../../research/overview';
import type { Research } from '../../../research/service';
import type { PinnedRequest } from '../../../research/types';
import { idInPath, optionalInQuery, queryOf } from '../parameters';
import { researchResult, statesOf, statusWord } from '../present';
import {
  adminOperation,
  bodyIsReadLater,
  done,
  pageOf,
  pageParameters,
  pageQuery,
} from './describe';
import { isoOrNull, jobRow, requestDto } from './present';
import { RefundBody } from './schemas-admin';

export interface AdminJobDeps {
  research: Research;
  researchOverview: ResearchOverview;
  adjustments: Adjustments;
  accounts: Accounts;
  audit: Audit;
}

/** No job costs more; what is beyond it is no amount. */
const MAX_REFUND_CREDITS = 1_000_000_000;

const checkedRefund = validator(RefundBody);

export function adminJobRoutes(deps: AdminJobDeps) {
  return new Elysia({ name: 'infrence.admin.jobs', normalize: false })
    .derive(async ({ request }) => ({
      admin: await adminPrincipalOf(request.headers, deps.accounts),
    }))
    .get('/api/admin/jobs', ({ query }) => list(deps, query), {
      query: queryOf({
        user_email: t.Optional(t.String()),
        status: t.Optional(t.String()),
        ...pageQuery,
      }),
      detail: adminOperation(
        'list_jobs',
        'List the research jobs of all users',
        {
          200: ['Newest first', ['AdminJobRow']],
          400: ['Bad query'],
        },
        {
          parameters: [
            optionalInQuery('user_email', 'string'),
            optionalInQuery('status', 'string', {
              description: 'pending, running, completed, failed or canceled.',
            }),
            ...pageParameters,
          ],
        },
      ),
    })
    .get('/api/admin/jobs/:id', ({ params }) => show(deps, knownId(params.id, 'research job')), {
      detail: adminOperation(
        'job_detail',
        'Get a research job of any user',
        {
          200: ['What was asked, what it cost, and its result', 'AdminJobDetail'],
          404: ['Not found'],
        },
        { parameters: [idInPath] },
      ),
    })
    .post(
      '/api/admin/jobs/:id/refund',
      async ({ params, request, admin }) => {
        const id = knownId(params.id, 'research job');
        await refund(deps, admin.userId, id, checkedRefund(await readJson(request)));
        return done();
      },
      {
        ...bodyIsReadLater,
        detail: adminOperation(
          'refund_job',
          'Give credits of a job back',
          {
            200: ['They were given back'],
            400: ['Not above 0, more than was charged, or refunded before'],
            404: ['Not found'],
          },
          { parameters: [idInPath], body: 'RefundBody' },
        ),
      },
    );
}

async function list(
  { researchOverview }: AdminJobDeps,
  query: { user_email?: string; status?: string; limit?: string; offset?: string },
) {
  const states = query.status === undefined ? undefined : statesOf(query.status);
  if (query.status !== undefined && states === undefined) {
    throw new Fault(
      'invalid_request',
      'status must be pending, running, completed, failed or canceled',
      { field: 'status' },
    );
  }
  const rows = await researchOverview.list({
    userEmail: query.user_email?.trim(),
    states,
    ...pageOf(query),
  });
  return rows.map(jobRow);
}

async function show({ research, accounts }: AdminJobDeps, id: string) {
  const view = await research.get(id, null);
  const { job, row } = view;
  const user = await accounts.byId(row.userId);
  return {
    id,
    user_id: row.userId,
    user_email: user?.email ?? '',
    created_at: isoOrNull(row.createdMs),
    completed_at: isoOrNull(job.endedMs),
    latency_ms: job.endedMs === null ? null : job.endedMs - row.createdMs,
    status: statusWord(job.state),
    question: row.question,
    credits_reserved: wholeCredits(row.heldMicros),
    credits_charged: wholeCredits(row.chargedMicros),
    credits_charged_micros: row.chargedMicros,
    cost_usd_micros: row.costUsdMicros,
    source_count: row.sourceCount,
    wave_count: row.waveCount,
    error: job.error,
    request: requestDto(JSON.parse(row.request) as PinnedRequest),
    response: researchResult(view),
  };
}

async function refund(
  { research, adjustments, audit }: AdminJobDeps,
  actorId: string,
  jobId: string,
  { credits, note }: Static<typeof RefundBody>,
): Promise<void> {
  await research.get(jobId, null);
  if (credits < 1 || credits > MAX_REFUND_CREDITS) {
    throw new Fault('invalid_request', 'credits must be a whole number above 0', {
      field: 'credits',
    });
  }
  const amountMicros = creditsToMicros(credits);
  await audit.perform({ actorId, action: 'job.refund', subject: jobId }, async (tx) => {
    const { availableMicros } = await adjustments.refund(tx, { jobId, amountMicros, note });
    return {
      result: undefined,
      change: {
        before: { available_micros: availableMicros - amountMicros },
        after: { available_micros: availableMicros, refunded_micros: amountMicros, note },
      },
    };
  });
}
