import type { Command } from 'commander';
import { formatCredits } from '../lib/money';
import { addCommonFlags, type CommonFlags, withCore } from './context';
import { json, line, table } from './output';

export function addLedgerCommands(program: Command): void {
  const ledger = program.command('ledger').description('the books');
  addCommonFlags(
    ledger.command('check').description('recompute every balance; exit 1 on a difference'),
  ).action(check);
}

async function check(flags: CommonFlags): Promise<void> {
  const discrepancies = await withCore(flags, (core) => core.credits.check());
  if (discrepancies.length > 0) process.exitCode = 1;
  if (flags.json) {
    return json({
      ok: discrepancies.length === 0,
      discrepancies: discrepancies.map((found) => ({
        what: found.what,
        id: found.id,
        expected_micros: found.expectedMicros,
        actual_micros: found.actualMicros,
      })),
    });
  }
  if (discrepancies.length === 0)
    return line('The ledger is right: every balance is the sum of its transfers.');
  table(
    ['WHAT', 'ID', 'EXPECTED', 'ACTUAL'],
    discrepancies.map((found) => [
      found.what,
      found.id,
      formatCredits(found.expectedMicros),
      formatCredits(found.actualMicros),
    ]),
    '',
  );
}
