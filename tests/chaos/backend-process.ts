import { join } from 'node:path';
import { freePort } from '../support/free-port';
import { until } from '../support/until';
import type { BackendSettings } from './backend';
import type { BackedPart } from './cast';
import { Child } from './child';
import type { Stage } from './stage';

/** What serves the models of a host, in a process of its own and always at the same address. */
export class BackendProcess {
  readonly url: string;
  #part: BackedPart;
  #stage: Stage;
  #child = new Child([process.execPath, join(import.meta.dir, 'backend.ts')]);
  #port = freePort();
  #lives = 0;
  #isLoose = false;

  constructor(stage: Stage, part: BackedPart) {
    this.#stage = stage;
    this.#part = part;
    this.url = `http://127.0.0.1:${this.#port}`;
  }

  start(): void {
    const { name, models, style, tokenLength } = this.#part;
    this.#lives += 1;
    const settings: BackendSettings = {
      port: this.#port,
      seed: this.#stage.dice.of(`${name} ${this.#lives}`).between(0, 2 ** 30),
      models,
      style,
      tokenLength,
      isWild: this.#isLoose && this.#stage.isWild,
    };
    this.#child.start([JSON.stringify(settings)]);
  }

  kill(): Promise<void> {
    return this.#child.kill();
  }

  freeze(): void {
    this.#child.freeze();
  }

  thaw(): void {
    this.#child.thaw();
  }

  /** From now on it has bad days. Before, a host that measures it would offer less, and wait long. */
  async unleash(): Promise<void> {
    this.#isLoose = true;
    await this.#told('wild');
  }

  /** It is up, and does what it should. */
  async tame(): Promise<void> {
    if (!this.#child.isUp) this.start();
    await this.#told('tame');
  }

  async #told(mood: 'wild' | 'tame'): Promise<void> {
    await until(`the backend of ${this.#part.name} is ${mood}`, () =>
      fetch(`${this.url}/${mood}`, { method: 'POST' }).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
  }
}
