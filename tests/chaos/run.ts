import { audit } from './audit';
import { AGENTS, PUSHED, ROGUES } from './cast';
import { type Command, SONDE } from './child';
import { trouble } from './trouble';
import { CREDITS, closeWorld, openWorld, restartServer, type World } from './world';

export interface ChaosOptions {
  seed: number;
  seconds: number;
  /** What serves; the compiled binary if absent. */
  server?: Command;
  /** Whether all are killed once more at the end: then jobs come back to their hosts within seconds,
   * and not after the time of a lease. */
  endsWithRestart: boolean;
}

export interface ChaosReport {
  seed: number;
  /** By the rule that was broken: the first few times. */
  violations: Record<string, string[]>;
  jobs: number;
  calls: number;
  pieces: number;
  counts: Record<string, number>;
  log: string;
}

const MICROS = 1_000_000;
const DRAIN_MS = 60_000;
/** After a server's start: a job of which nothing was heard may not have arrived. */
const HANDED_AGAIN_MS = 3_500;

/** One server, six hosts and fifty clients, as long as told; then calm, and an account of it all. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const world = await openWorld(options.seed, options.server ?? SONDE);
  const { stage, server, clients, openAiClients } = world;
  const running = [...clients, ...openAiClients].map((client) => client.run());
  const troubles = trouble(world);
  await Bun.sleep(options.seconds * 1_000);
  stage.calmDown();
  await troubles;
  await settle(world, options.endsWithRestart);
  const isOver = await Promise.race([
    Promise.all(running).then(() => true),
    Bun.sleep(DRAIN_MS).then(() => false),
  ]);
  if (!isOver) stage.violated('a stream does not end', `within ${DRAIN_MS / 1_000} s`);
  const runs = clients.flatMap((client) => client.jobs);
  const calls = openAiClients.flatMap((client) => client.calls);
  const { data, users } = world;
  const parts = [...AGENTS, PUSHED, ...ROGUES];
  const grantedMicros = CREDITS * MICROS;
  await audit({ stage, data, runs, calls, parts, users, grantedMicros });
  await closeWorld(world);
  for (const line of server.log.split('\n')) {
    if (line.includes(' ERROR ')) stage.violated('the server logs an error', line);
  }
  return {
    seed: options.seed,
    violations: Object.fromEntries(stage.violations),
    jobs: runs.length,
    calls: calls.length,
    pieces: [...runs, ...calls].reduce((sum, { pieces }) => sum + pieces.length, 0),
    counts: Object.fromEntries([...stage.counts].sort()),
    log: server.log,
  };
}

/** Everybody is there and behaves. */
async function settle(world: World, endsWithRestart: boolean): Promise<void> {
  const { agents, rogues, pushed } = world;
  if (endsWithRestart) {
    const everybody = [...agents.map(({ agent }) => agent), ...rogues];
    await restartServer(world, () => Promise.all(everybody.map((host) => host.kill())));
    // Hosts that are new, and come late enough, are handed all again that they had.
    await Bun.sleep(HANDED_AGAIN_MS);
    for (const host of rogues) host.start();
  }
  await Promise.all([...agents, pushed.backend].map((host) => host.tame()));
}
