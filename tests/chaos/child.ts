import { tmpdir } from 'node:os';
import { BINARY } from '../support/binary';
import { onCleanUp } from '../support/cleanup';

export type Command = [string, ...string[]];

/** What was compiled, as everybody runs it. */
export const SONDE: Command = [BINARY];

const KEPT_LOG = 20_000;

/** A process that is killed at any time and started again. */
export class Child {
  #command: Command;
  #env: Record<string, string>;
  #process: Bun.Subprocess<'ignore', 'pipe', 'pipe'> | null = null;
  #log = '';

  constructor(command: Command, env: Record<string, string> = {}) {
    this.#command = command;
    this.#env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/', ...env };
    onCleanUp(() => this.kill());
  }

  /** The end of what it wrote, in all its lives. */
  get log(): string {
    return this.#log;
  }

  get isUp(): boolean {
    return this.#process !== null && this.#process.exitCode === null;
  }

  /** The first line of a server says that it listens. */
  start(extra: string[] = []): { firstLine: Promise<string> } {
    const child = Bun.spawn([...this.#command, ...extra], {
      cwd: tmpdir(),
      env: this.#env,
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    });
    this.#process = child;
    const first = Promise.withResolvers<string>();
    first.promise.catch(() => {});
    let stdout = '';
    const ended = collect(child.stdout, (text) => {
      stdout += text;
      this.#note(text);
      const end = stdout.indexOf('\n');
      if (end >= 0) first.resolve(stdout.slice(0, end));
    });
    void collect(child.stderr, (text) => this.#note(text));
    void ended.then(() => first.reject(new Error(`it did not start: ${this.#log.slice(-2_000)}`)));
    return { firstLine: first.promise };
  }

  /** -9, and gone when this resolves. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (!child) return;
    child.kill('SIGKILL');
    await child.exited;
  }

  /** As a person would; it takes the time that it needs. */
  terminate(): void {
    this.#process?.kill('SIGTERM');
  }

  /** It stands still, as a machine does that swaps. */
  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  #note(text: string): void {
    this.#log = (this.#log + text).slice(-KEPT_LOG);
  }
}

async function collect(stream: ReadableStream<Uint8Array>, take: (text: string) => void) {
  const decoder = new TextDecoder();
  for await (const chunk of stream) take(decoder.decode(chunk, { stream: true }));
}
