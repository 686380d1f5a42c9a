import { expect, test } from 'bun:test';
import type { Command } from 'commander';
import { buildProgram } from './program';

/** What a command asks of the data folder: these need none. */
const WITHOUT_DATA = new Set(['host', 'options', 'health', 'version']);

/** Its standard output is a protocol's. */
const WITHOUT_JSON = new Set(['mcp']);

function leaves(command: Command, path: string[] = []): { name: string; command: Command }[] {
  return command.commands.flatMap((inner) => {
    const names = [...path, inner.name()];
    const isLeaf = inner.commands.length === 0;
    return isLeaf ? [{ name: names.join(' '), command: inner }] : leaves(inner, names);
  });
}

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

const commands = leaves(buildProgram()).filter(({ name }) => name !== 'help');

function flags(command: Command): (string | undefined)[] {
  return command.options.map((option) => option.long);
}

test('every command, argument group and option says what it is for', () => {
  for (const command of everyCommand(buildProgram())) {
    expect({ command: command.name(), description: command.description() }).not.toHaveProperty(
      'description',
      '',
    );
    for (const option of command.options) {
      expect({ option: option.flags, description: option.description }).not.toHaveProperty(
        'description',
        '',
      );
    }
  }
});

test.each(commands)('$name prints JSON for scripts', ({ name, command }) => {
  expect(flags(command).includes('--json')).toBe(!WITHOUT_JSON.has(name));
});

test.each(commands)('$name takes a data folder if it needs one', ({ name, command }) => {
  expect(flags(command).includes('--data')).toBe(!WITHOUT_DATA.has(name));
});

test('the commands are those that scripts know', () => {
  expect(commands.map(({ name }) => name)).toEqual([
    'serve',
    'host',
    'mcp',
    'research',
    'library add',
    'library list',
    'library remove',
    'library search',
    'user create',
    'user list',
    'user show',
    'user suspend',
    'user unsuspend',
    'user approve',
    'user reset-link',
    'user sign-in-link',
    'user priority',
    'key create',
    'key list',
    'key revoke',
    'credits grant',
    'credits balance',
    'credits ledger',
    'job list',
    'job show',
    'job cancel',
    'hosts list',
    'hosts approve',
    'hosts drain',
    'hosts disable',
    'hosts join-token',
    'models list',
    'models alias',
    'verify',
    'trace',
    'replay',
    'export',
    'ticket list',
    'ticket show',
    'ticket reply',
    'ticket close',
    'mail list',
    'webhook list',
    'webhook show',
    'webhook retry',
    'webhook secret',
    'webhook rotate-secret',
    'webhook enable',
    'stats',
    'audit',
    'ledger check',
    'providers',
    'options',
    'health',
    'version',
  ]);
});
