import type { Command } from 'commander';
import { createPoolAdmin } from '../api/pool-admin';
import { OPERATOR } from '../audit/types';
import { usdOfPrice } from '../hosts/price';
import type { HostView } from '../hosts/types';
import { addCommonFlags, type CommonFlags } from './context';
import { withHosts } from './hosts';
import { json, line, table } from './output';

/** A model, by the hosts that are registered with it. */
interface OfferedModel {
  name: string;
  hosts: HostView[];
}

export function addModelCommands(program: Command): void {
  const models = program.command('models').description('the models that hosts have');
  addCommonFlags(
    models.command('list').description('list the models of hosts in force, and the aliases'),
  ).action(list);
  addCommonFlags(
    models
      .command('alias <name> [model...]')
      .description('name several models by one: the first that a host serves answers; none end it'),
  ).action(alias);
}

async function list(flags: CommonFlags): Promise<void> {
  const { models, aliases } = await withHosts(flags, async ({ hosts }) => ({
    models: offered(hosts.registry.list()),
    aliases: hosts.inference.aliases(),
  }));
  if (flags.json) return json({ models: models.map(modelJson), aliases });
  table(
    ['MODEL', 'HOSTS', 'USD/TOKEN FROM'],
    models.map(({ name, hosts }) => [name, String(hosts.length), String(cheapest(hosts))]),
    'No models yet: no host is in force',
  );
  if (aliases.length > 0) line();
  table(
    ['ALIAS', 'MODELS'],
    aliases.map((each) => [each.name, each.models.join(', ')]),
    '',
  );
}

/** Whether they are alive is known to the server alone: here they are in force. */
function offered(hosts: HostView[]): OfferedModel[] {
  const inForce = hosts.filter(({ state }) => state === 'active' || state === 'draining');
  const names = new Set(inForce.flatMap((host) => host.models.map(({ name }) => name)));
  return [...names].sort().map((name) => ({
    name,
    hosts: inForce.filter((host) => host.models.some((model) => model.name === name)),
  }));
}

function cheapest(hosts: HostView[]): number {
  return usdOfPrice(Math.min(...hosts.map(({ price }) => price.outputMicros)));
}

function modelJson({ name, hosts }: OfferedModel) {
  return { name, hosts: hosts.length, min_price_per_token: cheapest(hosts) };
}

async function alias(name: string, models: string[], flags: CommonFlags): Promise<void> {
  await withHosts(flags, (core) => createPoolAdmin(core).setAlias(OPERATOR, { name, models }));
  if (flags.json) return json({ name, models });
  line(models.length === 0 ? `${name} stands for nothing` : `${name} is ${models.join(', ')}`);
}
