import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { seedUser, sondeJson, temporaryFolder } from '../support/binary';
import { until } from '../support/until';
import { AgentHost } from './agent-host';
import { AGENTS, ALIAS, MODELS, ROGUES } from './cast';
import { Child, type Command } from './child';
import { ChaosClient } from './client';
import { RogueHost } from './rogue-host';
import { Stage } from './stage';

const USERS = 3;
const CLIENTS = 50;
/** What each user has. */
export const CREDITS = 1_000_000;

/** All processes of a run, and what speaks to them. */
export interface World {
  stage: Stage;
  data: string;
  server: Child;
  port: string;
  users: { id: string; key: string }[];
  agents: AgentHost[];
  rogues: RogueHost[];
  clients: ChaosClient[];
}

export async function openWorld(seed: number, command: Command): Promise<World> {
  const data = temporaryFolder('chaos');
  const server = new Child([...command, 'serve', '--json'], {
    SONDE_DATA: data,
    SONDE_WEB: 'off',
    SONDE_LOG_LEVEL: 'error',
    SONDE_OPERATOR_SHARE_PERCENT: '10',
  });
  const { url } = JSON.parse(await server.start(['--port', '0']).firstLine) as { url: string };
  const stage = new Stage(seed, url);
  const users = await Promise.all(
    Array.from({ length: USERS }, (_, index) =>
      seedUser(data, { email: `user${index}@example.com`, credits: CREDITS }),
    ),
  );
  await sondeJson(['models', 'alias', ALIAS, ...[...MODELS].reverse()], { data });
  const hosts = await openHosts(stage, data);
  const clients = Array.from({ length: CLIENTS }, (_, index) => {
    const user = users[index % USERS];
    return new ChaosClient(stage, `client ${index}`, user?.key ?? '');
  });
  return { stage, data, server, port: new URL(url).port, users, ...hosts, clients };
}

/** Resolves when all have joined: a job may only go to hosts whose price was known when it was asked
 * for; and when what they offer goes by all its names. */
async function openHosts(stage: Stage, data: string): Promise<Pick<World, 'agents' | 'rogues'>> {
  const joining = await sondeJson(['hosts', 'join-token', '--uses', '10'], { data });
  const token = joining.join_token as string;
  const folder = join(data, 'hosts');
  mkdirSync(folder);
  const agents = AGENTS.map((part) => new AgentHost(stage, part, folder, token));
  for (const host of agents) host.start();
  const rogues = await Promise.all(ROGUES.map((part) => RogueHost.join(stage, part, token)));
  for (const host of rogues) host.start();
  await until('all hosts have joined', async () => {
    const answer = await fetch(`${stage.url}/health`).then((response) => response.json());
    const { active_hosts: active } = answer as { active_hosts: number };
    return active === agents.length + rogues.length;
  });
  // It was set by another process.
  await until('the server knows the alias', async () => {
    const answer = await fetch(`${stage.url}/models`).then((response) => response.json());
    const { aliases } = answer as { aliases: { name: string }[] };
    return aliases.some(({ name }) => name === ALIAS);
  });
  return { agents, rogues };
}

/** Where it was before. */
export async function startServer({ server, port }: World): Promise<void> {
  await server.start(['--port', port]).firstLine;
}

export async function closeWorld({ agents, rogues, server }: World): Promise<void> {
  await Promise.all(rogues.map((host) => host.kill()));
  for (const host of agents) {
    await host.agent.kill();
    await host.killBackend();
  }
  await server.kill();
}
