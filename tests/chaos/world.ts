import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { seedUser, sondeJson, temporaryFolder } from '../support/binary';
import { until } from '../support/until';
import { AgentHost } from './agent-host';
import { AGENTS, ALIAS, MODELS, PUSHED, ROGUES } from './cast';
import { Child, type Command } from './child';
import { ChaosClient } from './client';
import { OpenAiClient } from './openai-client';
import { PushHost } from './push-host';
import { RogueHost } from './rogue-host';
import { Stage } from './stage';

const USERS = 3;
const CLIENTS = 38;
const OPENAI_CLIENTS = 12;
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
  pushed: PushHost;
  clients: ChaosClient[];
  openAiClients: OpenAiClient[];
}

export async function openWorld(seed: number, command: Command): Promise<World> {
  const data = temporaryFolder('chaos');
  const server = new Child([...command, 'serve', '--json'], {
    SONDE_DATA: data,
    SONDE_WEB: 'off',
    SONDE_LOG_LEVEL: 'error',
    SONDE_OPERATOR_SHARE_PERCENT: '10',
    SONDE_FETCH_ALLOW: '127.0.0.1',
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
  const keyOf = (index: number) => users[index % USERS]?.key ?? '';
  const clients = Array.from(
    { length: CLIENTS },
    (_, index) => new ChaosClient(stage, `client ${index}`, keyOf(index)),
  );
  const openAiClients = Array.from(
    { length: OPENAI_CLIENTS },
    (_, index) => new OpenAiClient(stage, `OpenAI client ${index}`, keyOf(index)),
  );
  const port = new URL(url).port;
  return { stage, data, server, port, users, ...hosts, clients, openAiClients };
}

/** Resolves when all have joined: a job may only go to hosts whose price was known when it was asked
 * for; and when what they offer goes by all its names. */
async function openHosts(
  stage: Stage,
  data: string,
): Promise<Pick<World, 'agents' | 'rogues' | 'pushed'>> {
  const joining = await sondeJson(['hosts', 'join-token', '--uses', '10'], { data });
  const token = joining.join_token as string;
  const folder = join(data, 'hosts');
  mkdirSync(folder);
  const agents = AGENTS.map((part) => new AgentHost(stage, part, folder, token));
  for (const host of agents) host.start();
  const rogues = await Promise.all(ROGUES.map((part) => RogueHost.join(stage, part, token)));
  for (const host of rogues) host.start();
  const pushed = await PushHost.join(stage, PUSHED, token);
  await until('all hosts have joined', async () => {
    const answer = await fetch(`${stage.url}/health`).then((response) => response.json());
    const { active_hosts: active } = answer as { active_hosts: number };
    return active === agents.length + rogues.length + 1;
  });
  // It was set by another process.
  await until('the server knows the alias', async () => {
    const answer = await fetch(`${stage.url}/models`).then((response) => response.json());
    const { aliases } = answer as { aliases: { name: string }[] };
    return aliases.some(({ name }) => name === ALIAS);
  });
  await Promise.all([...agents, pushed].map(({ backend }) => backend.unleash()));
  return { agents, rogues, pushed };
}

/** -9, and up again where it was before; `meanwhile` is done while it is down. */
export async function restartServer(
  { stage, server, port }: World,
  meanwhile: () => Promise<unknown>,
): Promise<void> {
  const fromMs = Date.now();
  await server.kill();
  await meanwhile();
  await server.start(['--port', port]).firstLine;
  stage.serverWasAway(fromMs, Date.now());
}

export async function closeWorld({ agents, rogues, pushed, server }: World): Promise<void> {
  await Promise.all(rogues.map((host) => host.kill()));
  await Promise.all(agents.map((host) => host.kill()));
  await pushed.backend.kill();
  await server.kill();
}
