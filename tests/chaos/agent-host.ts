import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../support/until';
import type { BackendSettings } from './backend';
import type { AgentPart } from './cast';
import { Child, SONDE } from './child';
import type { Stage } from './stage';

/** A machine with a GPU: `sonde host`, and beside it what serves the models. Either dies alone. */
export class AgentHost {
  readonly part: AgentPart;
  readonly agent: Child;
  #stage: Stage;
  #backend: Child;
  #port = freePort();
  #lives = 0;

  constructor(stage: Stage, part: AgentPart, folder: string, joinToken: string) {
    this.part = part;
    this.#stage = stage;
    this.#backend = new Child([process.execPath, join(import.meta.dir, 'backend.ts')]);
    const state = join(folder, `${part.name}.json`);
    rmSync(state, { force: true });
    const flags = {
      server: stage.url,
      backend: `http://127.0.0.1:${this.#port}`,
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
    this.startBackend();
    this.agent.start();
  }

  startBackend(): void {
    const { models, style, tokenLength } = this.part;
    this.#lives += 1;
    const settings: BackendSettings = {
      port: this.#port,
      seed: this.#stage.dice.of(`${this.part.name} ${this.#lives}`).between(0, 2 ** 30),
      models,
      style,
      tokenLength,
      isWild: this.#stage.isWild,
    };
    this.#backend.start([JSON.stringify(settings)]);
  }

  killBackend(): Promise<void> {
    return this.#backend.kill();
  }

  /** Whoever is dead rises, and the backend does what it should. */
  async tame(): Promise<void> {
    if (!this.#backend.isUp) this.startBackend();
    if (!this.agent.isUp) this.agent.start();
    const address = `http://127.0.0.1:${this.#port}/tame`;
    await until(`${this.part.name} is tame`, () =>
      fetch(address, { method: 'POST' }).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
  }
}

function freePort(): number {
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() });
  const { port } = server;
  void server.stop(true);
  return port ?? 0;
}
