import { type Command, InvalidArgumentError } from 'commander';
import { createPoolAdmin } from '../api/pool-admin';
import { OPERATOR } from '../audit/types';
import { addCommonFlags, type CommonFlags } from './context';
import { withHosts } from './hosts';
import { json, line } from './output';

const HIGHEST = 100;

/** A server beside it learns of it within seconds. */
export function addUserPriorityCommand(user: Command): void {
  addCommonFlags(
    user
      .command('priority <email> <n>')
      .description(
        "let a user's model calls go before those of others (up to 100) or after (-100)",
      ),
  ).action((email: string, n: string, flags: CommonFlags) => setPriority(email, n, flags));
}

async function setPriority(email: string, raw: string, flags: CommonFlags): Promise<void> {
  const priority = Number(raw);
  if (!/^-?\d+$/.test(raw) || Math.abs(priority) > HIGHEST) {
    throw new InvalidArgumentError('the priority must be a whole number from -100 to 100');
  }
  const id = await withHosts(flags, async (core) => {
    const user = await core.accounts.byEmail(email);
    await createPoolAdmin(core).setPriority(OPERATOR, { userId: user.id, priority });
    return user.id;
  });
  if (flags.json) return json({ user_id: id, priority });
  line(`${email} has priority ${priority}`);
}
