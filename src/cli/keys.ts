import type { Command } from 'commander';
import type { ApiKey } from '../keys/types';
import { isoFromMs } from '../lib/clock';
import { addCommonFlags, type CommonFlags, userOf, withCore } from './context';
import { json, line, note, table } from './output';

export function addKeyCommands(program: Command): void {
  const key = program.command('key').description('API keys');
  addCommonFlags(
    key
      .command('create')
      .description('create an API key; it is shown this once')
      .requiredOption('--user <email>', 'whose key')
      .option('--name <text>', 'what it is for', 'default'),
  ).action(create);
  addCommonFlags(
    key
      .command('list')
      .description('list API keys, newest first')
      .option('--user <email>', 'of one user'),
  ).action(list);
  addCommonFlags(
    key
      .command('revoke <id>')
      .description('revoke an API key: no request is accepted with it any more'),
  ).action(revoke);
}

async function create(flags: CommonFlags & { user: string; name: string }): Promise<void> {
  const created = await withCore(flags, async (core) => {
    const user = await core.accounts.byEmail(flags.user);
    return core.keys.create({ userId: user.id, name: flags.name });
  });
  if (flags.json)
    return json({ id: created.id, prefix: created.prefix, plaintext: created.plaintext });
  line(created.plaintext);
  note(`Key ${created.id} of ${flags.user}: keep it, it is not shown again.`);
}

async function list(flags: CommonFlags & { user?: string }): Promise<void> {
  const keys = await withCore(flags, async (core) => {
    const user = flags.user === undefined ? undefined : await userOf(core, flags.user);
    return core.keys.list(user?.id);
  });
  if (flags.json) return json(keys.map(keyJson));
  table(
    ['ID', 'USER', 'NAME', 'PREFIX', 'LAST USED', 'STATE'],
    keys.map((key) => [
      key.id,
      key.email,
      key.name,
      key.prefix,
      key.lastUsedMs === null ? 'never' : isoFromMs(key.lastUsedMs),
      key.revokedMs === null ? 'in force' : 'revoked',
    ]),
    'No keys yet: sonde key create --user you@example.com',
  );
}

function keyJson(key: ApiKey & { email: string }) {
  return {
    id: key.id,
    email: key.email,
    name: key.name,
    prefix: key.prefix,
    created_at: isoFromMs(key.createdMs),
    last_used_at: key.lastUsedMs === null ? null : isoFromMs(key.lastUsedMs),
    revoked_at: key.revokedMs === null ? null : isoFromMs(key.revokedMs),
  };
}

async function revoke(id: string, flags: CommonFlags): Promise<void> {
  const { revoked } = await withCore(flags, (core) => core.keys.revoke(id));
  if (flags.json) return json({ id, revoked: true });
  line(revoked ? `Revoked ${id}` : `${id} was revoked before`);
}
