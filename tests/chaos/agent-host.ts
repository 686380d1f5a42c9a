import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { BackendProcess } from './backend-process';
import type { BackedPart } from './cast';
import { Child, SONDE } from './child';
import type { Stage } from './stage';

/** A machine with a GPU: `sonde host`, and beside it what serves the models. Either dies alone. */
export class AgentHost {
  readonly part: BackedPart;
  readonly agent: Child;
  readonly backend: BackendProcess;

  constructor(stage: Stage, part: BackedPart, folder: string, joinToken: string) {
    this.part = part;
    this.backend = new BackendProcess(stage, part);
    const state = join(folder, `${part.name}.json`);
    rmSync(state, { force: true });
    const flags = {
      server: stage.url,
      backend: this.backend.url,
      'backend-kind': part.kind,
      gpu: part.name,
      'price-per-token': String(part.usdPerToken),
      'price-per-prompt-token': String(part.usdPerPromptToken),
      slots: String(part.slots),
      state,
    };
    const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
    this.agent = new Child([...SONDE, 'host', ...args], { SONDE_JOIN_TOKEN: joinToken });
  }

  start(): void {
    this.backend.start();
    this.agent.start();
  }

  /** Whoever is dead rises, and the backend does what it should. */
  async tame(): Promise<void> {
    if (!this.agent.isUp) this.agent.start();
    await this.backend.tame();
  }

  async kill(): Promise<void> {
    await this.agent.kill();
    await this.backend.kill();
  }
}
