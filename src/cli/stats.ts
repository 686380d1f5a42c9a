import type { Command } from 'commander';
import { formatCredits } from '../lib/money';
import { addCommonFlags, type CommonFlags, withCore } from './context';
import { json, line, table } from './output';

export function addStatsCommand(program: Command): void {
  addCommonFlags(
    program.command('stats').description('users, jobs and credits of the last thirty days'),
  ).action(stats);
}

async function stats(flags: CommonFlags): Promise<void> {
  const { statsDto } = await import('../api/infrence/admin/stats');
  const figures = await withCore(flags, (core) => statsDto(core));
  if (flags.json) return json(figures);
  line(`Users: ${figures.total_users}, ${figures.suspended_users} of them suspended`);
  line(`Jobs in flight: ${figures.in_flight_jobs}`);
  line(`Open tickets: ${figures.open_tickets}`);
  line(`Credits that users own: ${formatCredits(figures.ledger_balance_outstanding_micros)}`);
  line(`Sold in 30 days: $${(figures.topup_revenue_last_30d_cents / 100).toFixed(2)}`);
  line();
  table(
    ['DAY', 'SIGN-UPS', 'JOBS', 'CREDITS'],
    figures.jobs_last_30d.map((day, index) => [
      day.day.slice(0, 10),
      String(figures.signups_last_30d[index]?.count ?? 0),
      String(day.count),
      formatCredits(day.credits_charged_micros_sum),
    ]),
    '',
  );
}
