import { Elysia } from 'elysia';
import type { Accounts } from '../../../accounts/service';
import type { Statements } from '../../../credits/statement';
import { adminPrincipalOf } from '../../../http/principal';
import type { Queue } from '../../../jobs/queue';
import { DAY_MS, dayStartMs } from '../../../lib/calendar';
import { type Clock, isoFromMs } from '../../../lib/clock';
import { wholeCredits } from '../../../lib/money';
import { RESEARCH } from '../../../research/jobs';
import type { ResearchOverview } from '../../../research/overview';
import type { Support } from '../../../support/service';
import { adminOperation } from './describe';

export interface StatsDeps {
  accounts: Accounts;
  researchOverview: ResearchOverview;
  statements: Statements;
  support: Support;
  queue: Queue;
  clock: Clock;
}

/** Today is the last of them. */
const DAYS = 30;

export function adminStatsRoutes(deps: StatsDeps) {
  return new Elysia({ name: 'infrence.admin.stats', normalize: false })
    .derive(async ({ request }) => ({
      admin: await adminPrincipalOf(request.headers, deps.accounts),
    }))
    .get('/api/admin/stats', () => statsDto(deps), {
      detail: adminOperation('stats', 'Get the figures of the last thirty days', {
        200: ['Days are UTC, oldest first, those without anything included', 'AdminStatsDto'],
      }),
    });
}

/** The contract's AdminStatsDto, also for the command line. */
export async function statsDto(deps: StatsDeps) {
  const { accounts, researchOverview, statements, support, queue, clock } = deps;
  const sinceMs = dayStartMs(clock.nowMs()) - (DAYS - 1) * DAY_MS;
  const [users, signups, jobs, working, openTickets, soldMicros, outstandingMicros] =
    await Promise.all([
      accounts.counts(),
      accounts.signupsByDay(sinceMs),
      researchOverview.days(sinceMs),
      queue.counts(),
      support.openCount(),
      statements.soldMicros(sinceMs),
      statements.outstandingMicros(),
    ]);
  return {
    total_users: users.users,
    suspended_users: users.suspended,
    signups_last_30d: everyDay(sinceMs, signups, (day, found) => ({
      day,
      count: found?.count ?? 0,
    })),
    jobs_last_30d: everyDay(sinceMs, jobs, (day, found) => ({
      day,
      count: found?.jobs ?? 0,
      credits_charged_sum: wholeCredits(found?.chargedMicros ?? 0),
      credits_charged_micros_sum: found?.chargedMicros ?? 0,
      cost_usd_micros_sum: found?.costUsdMicros ?? 0,
    })),
    in_flight_jobs: working
      .filter(({ kind }) => kind === RESEARCH)
      .reduce((sum, { count }) => sum + count, 0),
    open_tickets: openTickets,
    // A credit is a cent.
    topup_revenue_last_30d_cents: wholeCredits(soldMicros),
    ledger_balance_outstanding: wholeCredits(outstandingMicros),
    ledger_balance_outstanding_micros: outstandingMicros,
  };
}

/** Sources tell of days on which something happened; a chart needs the others too. */
function everyDay<Found extends { dayMs: number }, Bucket>(
  sinceMs: number,
  found: Found[],
  bucket: (day: string, found: Found | undefined) => Bucket,
): Bucket[] {
  const byDay = new Map(found.map((one) => [one.dayMs, one]));
  return Array.from({ length: DAYS }, (_, index) => {
    const dayMs = sinceMs + index * DAY_MS;
    return bucket(isoFromMs(dayMs), byDay.get(dayMs));
  });
}
