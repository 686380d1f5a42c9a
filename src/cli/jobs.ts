import type { Command } from 'commander';
import { researchLogRow, researchResult, statesOf, statusWord } from '../api/infrence/present';
import { isoFromMs } from '../lib/clock';
import { Fault } from '../lib/fault';
import { formatCredits } from '../lib/money';
import { printAnswer } from './answer';
import { addCommonFlags, type CommonFlags, userOf, wholeNumber, withCore } from './context';
import { json, line, shortened, table } from './output';

export function addJobCommands(program: Command): void {
  const job = program.command('job').description('research jobs of every user');
  addCommonFlags(
    job
      .command('list')
      .description('list jobs, newest first')
      .option('--user <email>', 'of one user')
      .option('--status <word>', 'pending, running, completed, failed or canceled')
      .option('--limit <n>', 'at most so many', wholeNumber(1, 10_000), 50),
  ).action(list);
  addCommonFlags(job.command('show <id>').description('show a job and its result')).action(show);
  addCommonFlags(
    job
      .command('cancel <id>')
      .description('cancel a job: what it has found is kept, the rest is not charged'),
  ).action(cancel);
}

async function list(
  flags: CommonFlags & { user?: string; status?: string; limit: number },
): Promise<void> {
  const states = flags.status === undefined ? undefined : statesOf(flags.status);
  if (flags.status !== undefined && !states) {
    throw new Fault(
      'invalid_request',
      '--status must be pending, running, completed, failed or canceled',
    );
  }
  const rows = await withCore(flags, async (core) => {
    const user = flags.user === undefined ? undefined : await userOf(core, flags.user);
    return core.research.list({
      ...(user ? { userId: user.id } : {}),
      ...(states ? { states } : {}),
      limit: flags.limit,
      offset: 0,
    });
  });
  if (flags.json) return json(rows.map(researchLogRow));
  table(
    ['ID', 'CREATED', 'STATUS', 'MODE', 'CREDITS', 'QUESTION'],
    rows.map((row) => [
      row.id,
      isoFromMs(row.createdMs),
      statusWord(row.state),
      row.mode,
      formatCredits(row.chargedMicros),
      shortened(row.question, 60),
    ]),
    'No jobs yet: sonde research "…"',
  );
}

async function show(id: string, flags: CommonFlags): Promise<void> {
  const view = await withCore(flags, (core) => core.research.get(id, null));
  if (flags.json) json(researchResult(view));
  else printAnswer(researchResult(view));
}

async function cancel(id: string, flags: CommonFlags): Promise<void> {
  const view = await withCore(flags, (core) => core.research.cancel(id, null));
  if (flags.json) return json(researchResult(view));
  const isStopping = view.job.state === 'running';
  line(
    isStopping
      ? `${id} is told to stop; its result will be what it has found`
      : `${id} is ${statusWord(view.job.state)}`,
  );
}
