import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { Balance, LedgerLine } from '../credits/types';
import { isoFromMs } from '../lib/clock';
import { creditsToMicros, formatCredits } from '../lib/money';
import { addCommonFlags, type CommonFlags, userOf, wholeNumber, withCore } from './context';
import { json, line, table } from './output';

const MAX_GRANT_CREDITS = 1_000_000_000;

export function addCreditCommands(program: Command): void {
  const credits = program.command('credits').description('balances and the ledger');
  addCommonFlags(
    credits
      .command('grant')
      .description('add credits to a balance')
      .requiredOption('--user <email>', 'who gets them')
      .requiredOption('--credits <n>', 'how many; up to six decimals', positiveCredits)
      .option('--note <text>', 'why, for the ledger', 'granted by the operator')
      .option('--id <text>', 'idempotency id: the same id grants once'),
  ).action(grant);
  addCommonFlags(
    credits.command('balance').description('show a balance').option('--user <email>', 'whose'),
  ).action(balance);
  addCommonFlags(
    credits
      .command('ledger')
      .description('list transfers, newest first')
      .option('--user <email>', 'whose')
      .option('--limit <n>', 'at most so many', wholeNumber(1, 10_000), 50),
  ).action(ledger);
}

function positiveCredits(raw: string): number {
  const value = Number(raw);
  if (!/^\d+(?:\.\d{1,6})?$/.test(raw) || value <= 0 || value > MAX_GRANT_CREDITS) {
    throw new InvalidArgumentError(
      `It must be a number above 0 and at most ${MAX_GRANT_CREDITS}, with six decimals or fewer.`,
    );
  }
  return value;
}

async function grant(
  flags: CommonFlags & { user: string; credits: number; note: string; id?: string },
): Promise<void> {
  const { granted, after, email } = await withCore(flags, async (core) => {
    const user = await core.accounts.byEmail(flags.user);
    const grantOf = {
      id: flags.id ?? core.chance.id(),
      userId: user.id,
      bucket: 'purchased' as const,
      amountMicros: creditsToMicros(flags.credits),
      note: flags.note,
    };
    const { granted } = await core.db.write((tx) => core.credits.grant(tx, grantOf));
    return { granted, after: await core.credits.balance(user.id), email: user.email };
  });
  if (flags.json) return json({ user: email, granted, ...balanceJson(after) });
  const verb = granted ? 'Granted' : 'Granted before, nothing changed:';
  line(
    `${verb} ${flags.credits} credits to ${email}; ${formatCredits(after.availableMicros)} available`,
  );
}

async function balance(flags: CommonFlags & { user?: string }): Promise<void> {
  const { email, current } = await withCore(flags, async (core) => {
    const user = await userOf(core, flags.user);
    return { email: user.email, current: await core.credits.balance(user.id) };
  });
  if (flags.json) return json({ user: email, ...balanceJson(current) });
  line(
    `${email}: ${formatCredits(current.availableMicros)} credits available, ${formatCredits(current.heldMicros)} held for running jobs`,
  );
}

function balanceJson(balance: Balance) {
  return {
    credits_micros: balance.availableMicros,
    plan_micros: balance.planMicros,
    purchased_micros: balance.purchasedMicros,
    held_micros: balance.heldMicros,
  };
}

async function ledger(flags: CommonFlags & { user?: string; limit: number }): Promise<void> {
  const lines = await withCore(flags, async (core) => {
    const user = await userOf(core, flags.user);
    return core.credits.ledger(user.id, { limit: flags.limit, offset: 0 });
  });
  if (flags.json) return json(lines.map(ledgerJson));
  table(
    ['TIME', 'KIND', 'PLAN', 'PURCHASED', 'HELD', 'NOTE', 'TRANSFER'],
    lines.map((entry) => [
      isoFromMs(entry.createdMs),
      entry.kind,
      formatCredits(entry.planMicros),
      formatCredits(entry.purchasedMicros),
      formatCredits(entry.heldMicros),
      entry.note ?? '',
      entry.transferId,
    ]),
    'No transfers yet: sonde credits grant --user … --credits …',
  );
}

function ledgerJson(entry: LedgerLine) {
  return {
    transfer_id: entry.transferId,
    kind: entry.kind,
    note: entry.note,
    plan_micros: entry.planMicros,
    purchased_micros: entry.purchasedMicros,
    held_micros: entry.heldMicros,
    created_at: isoFromMs(entry.createdMs),
  };
}
