import type { Command } from 'commander';
import { addCommonFlags, type CommonFlags, withCore } from './context';
import { json, line, shortened, table } from './output';

export function addVerifyCommand(program: Command): void {
  addCommonFlags(
    program
      .command('verify <job>')
      .description(
        'check every quote of a job again against its stored snapshots; exit 1 if one fails',
      ),
  ).action(verify);
}

async function verify(id: string, flags: CommonFlags): Promise<void> {
  const result = await withCore(flags, (core) => core.research.verify(id, null));
  if (result.failures.length > 0) process.exitCode = 1;
  if (flags.json) {
    return json({
      job: id,
      ok: result.failures.length === 0,
      confirmed: result.confirmedCount,
      failures: result.failures.map(({ finding, quote, reason }) => ({
        finding,
        reason,
        snapshot_hash: quote.snapshotHash,
        start: quote.start,
        end: quote.end,
        text: quote.text,
      })),
    });
  }
  line(
    `${result.confirmedCount} quotes stand in their snapshots, ${result.failures.length} do not`,
  );
  table(
    ['FINDING', 'REASON', 'QUOTE'],
    result.failures.map(({ finding, quote, reason }) => [
      finding,
      reason,
      shortened(quote.text, 60),
    ]),
    '',
  );
}
