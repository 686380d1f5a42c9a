import type { Command } from 'commander';
import { createPoolAdmin } from '../api/pool-admin';
import { OPERATOR } from '../audit/types';
import type { Core } from '../core';
import { usdOfPrice } from '../hosts/price';
import type { HostState, HostView } from '../hosts/types';
import { isoFromMs } from '../lib/clock';
import { Fault } from '../lib/fault';
import { formatUsd } from '../lib/money';
import { addCommonFlags, type CommonFlags, wholeNumber, withCore } from './context';
import { json, line, note, shortened, table } from './output';

const HOUR_MS = 3_600_000;
const MAX_LIFE_HOURS = 366 * 24;
const MAX_USES = 10_000;

/** A server beside it learns of what is changed here within seconds. */
export function addHostsCommands(program: Command): void {
  const hosts = program.command('hosts').description('the machines that answer models');
  addCommonFlags(hosts.command('list').description('list hosts, the oldest first')).action(list);
  addCommonFlags(
    hosts.command('approve <id>').description('let a host work, or work again'),
  ).action((id: string, flags: CommonFlags) => setState(id, 'active', flags));
  addCommonFlags(
    hosts.command('drain <id>').description('let a host end what it has, and give it nothing new'),
  ).action((id: string, flags: CommonFlags) => setState(id, 'draining', flags));
  addCommonFlags(
    hosts.command('disable <id>').description('shut a host out: its key is refused from now on'),
  ).action((id: string, flags: CommonFlags) => setState(id, 'disabled', flags));
  addCommonFlags(
    hosts
      .command('join-token')
      .description('make a token by which hosts join without an admin; it is shown this once')
      .option('--hours <n>', 'how long it is good', wholeNumber(1, MAX_LIFE_HOURS), 24)
      .option('--uses <n>', 'how many hosts may join by it', wholeNumber(1, MAX_USES), 1),
  ).action(joinToken);
}

/** As it stands in the file: what a server has in memory alone is not told. */
export function withHosts<T>(flags: CommonFlags, use: (core: Core) => Promise<T>): Promise<T> {
  return withCore(flags, async (core) => {
    await core.hosts.load();
    return use(core);
  });
}

async function list(flags: CommonFlags): Promise<void> {
  const hosts = await withHosts(flags, async (core) => core.hosts.registry.list());
  if (flags.json) return json(hosts.map(hostJson));
  table(
    ['ID', 'STATE', 'GPU', 'BACKEND', 'SLOTS', 'USD/TOKEN', 'JOBS', 'EARNED USD', 'SEEN', 'MODELS'],
    hosts.map((host) => [
      host.id,
      host.state,
      shortened(host.gpu, 30),
      host.backend,
      String(host.slots),
      String(usdOfPrice(host.price.outputMicros)),
      String(host.completedJobs),
      formatUsd(host.earnedMicros),
      host.heartbeatMs === null ? 'never' : isoFromMs(host.heartbeatMs),
      shortened(host.models.map(({ name }) => name).join(', '), 60),
    ]),
    'No hosts yet: sonde hosts join-token, then sonde host on the machine with the GPU',
  );
}

function hostJson(host: HostView) {
  return {
    id: host.id,
    state: host.state,
    gpu: host.gpu,
    backend: host.backend,
    endpoint_url: host.endpointUrl,
    owner_id: host.ownerId,
    slots: host.slots,
    models: host.models.map((model) => ({
      name: model.name,
      max_tokens: model.maxTokens,
      available: model.absentSinceMs === null,
    })),
    features: host.features,
    price_per_token: usdOfPrice(host.price.outputMicros),
    price_per_prompt_token: usdOfPrice(host.price.inputMicros),
    completed_jobs: host.completedJobs,
    failed_jobs: host.failedJobs,
    earned_micros: host.earnedMicros,
    created_at: isoFromMs(host.createdMs),
    heartbeat_at: host.heartbeatMs === null ? null : isoFromMs(host.heartbeatMs),
  };
}

async function setState(
  given: string,
  state: Exclude<HostState, 'pending'>,
  flags: CommonFlags,
): Promise<void> {
  // As the API shows it, or bare.
  const id = given.replace(/^host_/, '');
  await withHosts(flags, async (core) => {
    if (!core.hosts.registry.get(id))
      throw new Fault('not_found', `no host has the id ${given}: see \`sonde hosts list\``);
    await createPoolAdmin(core).setState(OPERATOR, id, state);
  });
  if (flags.json) return json({ id, state });
  line(`${id} is ${state}`);
}

async function joinToken(flags: CommonFlags & { hours: number; uses: number }): Promise<void> {
  const lifeMs = flags.hours * HOUR_MS;
  const { uses } = flags;
  const { token, expiresMs } = await withHosts(flags, (core) =>
    createPoolAdmin(core).createJoinToken(OPERATOR, { lifeMs, uses }),
  );
  if (flags.json) return json({ join_token: token, expires_at: isoFromMs(expiresMs), uses });
  line(token);
  note(`Good for ${uses} host${uses === 1 ? '' : 's'}, until ${isoFromMs(expiresMs)}.`);
}
