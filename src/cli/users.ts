import type { Command } from 'commander';
import type { User } from '../accounts/types';
import { isoFromMs } from '../lib/clock';
import { addCommonFlags, type CommonFlags, withCore } from './context';
import { json, line, table } from './output';
import { addUserAccessCommands } from './user-access';
import { addUserPriorityCommand } from './user-priority';

const LIST_LIMIT = 10_000;

export function addUserCommands(program: Command): void {
  const user = program.command('user').description('accounts of the team');
  addCommonFlags(
    user
      .command('create')
      .description('create an account')
      .requiredOption('--email <address>', 'address, unique')
      .requiredOption('--password <text>', 'password, 8 characters or more')
      .option('--admin', 'may share documents and administer'),
  ).action(create);
  addCommonFlags(user.command('list').description('list accounts, oldest first')).action(list);
  addUserAccessCommands(user);
  addUserPriorityCommand(user);
}

async function create(
  flags: CommonFlags & { email: string; password: string; admin?: boolean },
): Promise<void> {
  const user = await withCore(flags, (core) =>
    core.accounts.create({
      email: flags.email,
      password: flags.password,
      role: flags.admin ? 'admin' : 'member',
    }),
  );
  if (flags.json) json({ id: user.id, email: user.email });
  else line(`Created ${user.role} ${user.email} (${user.id})`);
}

async function list(flags: CommonFlags): Promise<void> {
  const users = await withCore(flags, (core) =>
    core.accounts.list({ limit: LIST_LIMIT, offset: 0 }),
  );
  if (flags.json) json(users.map(userJson));
  else {
    table(
      ['ID', 'EMAIL', 'ROLE', 'STATUS', 'CREATED'],
      users.map((user) => [user.id, user.email, user.role, user.status, isoFromMs(user.createdMs)]),
      'No users yet: sonde user create --email you@example.com --password …',
    );
  }
}

function userJson(user: User) {
  return {
    id: user.id,
    email: user.email,
    role: user.role,
    status: user.status,
    created_at: isoFromMs(user.createdMs),
  };
}
