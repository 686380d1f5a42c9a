import { LEASE_MS } from '../../src/hosts/jobs';
import type { AgentHost } from './agent-host';
import type { BackendProcess } from './backend-process';
import type { Child } from './child';
import type { Dice } from './dice';
import type { PushHost } from './push-host';
import type { RogueHost } from './rogue-host';
import type { Stage } from './stage';
import { restartServer, type World } from './world';

/** What befalls the machines until the calm: resolves when all that fell has risen. */
export async function trouble(world: World): Promise<void> {
  const { stage, agents, rogues, pushed } = world;
  await Promise.all([
    troubleServer(world),
    ...agents.map((host) => troubleAgent(stage, host)),
    troublePushed(stage, pushed),
    ...rogues.map((host) => troubleRogue(stage, host)),
  ]);
}

/** Down for up to a second, every few seconds. */
async function troubleServer(world: World): Promise<void> {
  const { stage } = world;
  const dice = stage.dice.of('trouble of the server');
  for (;;) {
    await stage.pause(dice.between(1_500, 5_000));
    if (!stage.isWild) return;
    stage.count('server is killed');
    await restartServer(world, () => Bun.sleep(dice.between(0, 1_000)));
  }
}

async function troubleAgent(stage: Stage, host: AgentHost): Promise<void> {
  const dice = stage.dice.of(`trouble of ${host.part.name}`);
  for (;;) {
    await stage.pause(dice.between(1_500, 8_000));
    if (!stage.isWild) return;
    const what = dice.pick(['killed', 'killed', 'terminated', 'frozen', 'without its backend']);
    stage.count(`host is ${what}`);
    if (what === 'frozen') await freeze(stage, host.agent, dice);
    else if (what === 'without its backend') await renew(stage, host.backend, dice);
    else {
      // It is not given the time to end what it has.
      if (what === 'terminated') host.agent.terminate();
      await stage.pause(what === 'terminated' ? dice.between(100, 1_000) : 0);
      await host.agent.kill();
      await stage.pause(dice.between(100, 1_500));
      host.agent.start();
    }
  }
}

/** Now and then for longer than any lease holds. */
async function freeze(
  stage: Stage,
  process: Pick<Child, 'freeze' | 'thaw'>,
  dice: Dice,
): Promise<void> {
  process.freeze();
  await stage.pause(dice.isOneIn(3) ? LEASE_MS + 2_000 : dice.between(100, 5_000));
  process.thaw();
}

/** It is away for a while, and knows nothing of before. */
async function renew(stage: Stage, backend: BackendProcess, dice: Dice): Promise<void> {
  await backend.kill();
  await stage.pause(dice.between(100, 1_500));
  backend.start();
}

async function troublePushed(stage: Stage, { part, backend }: PushHost): Promise<void> {
  const dice = stage.dice.of(`trouble of ${part.name}`);
  for (;;) {
    await stage.pause(dice.between(1_500, 8_000));
    if (!stage.isWild) return;
    const isFrozen = dice.isOneIn(3);
    stage.count(`pushed host is ${isFrozen ? 'frozen' : 'killed'}`);
    if (isFrozen) await freeze(stage, backend, dice);
    else await renew(stage, backend, dice);
  }
}

async function troubleRogue(stage: Stage, host: RogueHost): Promise<void> {
  const dice = stage.dice.of(`trouble of ${host.part.name}`);
  while (stage.isWild) {
    await stage.pause(dice.between(3_000, 10_000));
    if (!stage.isWild) return;
    stage.count('rogue host is killed');
    await host.kill();
    await stage.pause(dice.between(100, 1_000));
    host.start();
  }
}
