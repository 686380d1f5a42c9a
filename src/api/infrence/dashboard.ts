import { Elysia, t } from 'elysia';
import type { Accounts } from '../../accounts/service';
import { userPrincipalOf } from '../../http/principal';
import { DAY_MS } from '../../lib/calendar';
import { type Clock, isoFromMs } from '../../lib/clock';
import { wholeCredits } from '../../lib/money';
import type { Research } from '../../research/service';
import type { ResearchListRow } from '../../research/store';
import type { UsageDay } from '../../research/usage';
import { optionalInQuery, queryOf } from './parameters';
import { statusWord } from './present';
import { accountAnswers } from './schemas-account';
import { msFromDateTime } from './times';

export interface DashboardRouteDeps {
  research: Research;
  accounts: Accounts;
  clock: Clock;
}

/** Today and the days before it, when no range is asked for. */
const DEFAULT_DAYS = 30;
const RECENT_JOBS = 10;
const detail = { tags: ['dashboard'], security: [{ bearer_jwt: [] }] };
const unauthenticated = { 401: ['Not authenticated'] } as Record<number, [string]>;

export function dashboardRoutes(deps: DashboardRouteDeps) {
  return new Elysia({ name: 'infrence.dashboard', normalize: false })
    .derive(async ({ request }) => ({
      principal: await userPrincipalOf(request.headers, deps.accounts),
    }))
    .get('/api/dashboard/usage', ({ query, principal }) => usage(deps, principal.userId, query), {
      query: queryOf({
        from: t.Optional(t.String()),
        to: t.Optional(t.String()),
      }),
      detail: {
        ...detail,
        operationId: 'usage',
        summary: 'Use of every UTC day that a range touches, at most 366 of them',
        parameters: [
          optionalInQuery('from', 'string', {
            format: 'date-time',
            description: '30 days before `to` if absent.',
          }),
          optionalInQuery('to', 'string', {
            format: 'date-time',
            description: 'Now if absent.',
          }),
        ],
        responses: accountAnswers({
          200: ['Oldest first', ['UsageBucket']],
          400: ['Bad range'],
          ...unauthenticated,
        }),
      },
    })
    .get('/api/dashboard/recent', ({ principal }) => recent(deps.research, principal.userId), {
      detail: {
        ...detail,
        operationId: 'recent',
        summary: 'The newest research jobs',
        responses: accountAnswers({ 200: ['Newest first', ['RecentJob']], ...unauthenticated }),
      },
    });
}

async function usage(
  { research, clock }: DashboardRouteDeps,
  userId: string,
  query: { from?: string; to?: string },
) {
  const toMs = query.to === undefined ? clock.nowMs() : msFromDateTime(query.to, 'to');
  const fromMs =
    query.from === undefined
      ? toMs - (DEFAULT_DAYS - 1) * DAY_MS
      : msFromDateTime(query.from, 'from');
  return (await research.usageByDay(userId, { fromMs, toMs })).map(usageBucket);
}

function usageBucket(day: UsageDay) {
  return {
    day: isoFromMs(day.dayMs),
    credits: wholeCredits(day.chargedMicros),
    jobs: day.jobs,
    cost_usd_micros: day.costUsdMicros,
  };
}

async function recent(research: Research, userId: string) {
  return (await research.list({ userId, limit: RECENT_JOBS, offset: 0 })).map(recentJob);
}

function recentJob(row: ResearchListRow) {
  return {
    id: row.id,
    created_at: isoFromMs(row.createdMs),
    status: statusWord(row.state),
    question: row.question,
    credits_charged: wholeCredits(row.chargedMicros),
    latency_ms: row.endedMs === null ? null : row.endedMs - row.createdMs,
  };
}
