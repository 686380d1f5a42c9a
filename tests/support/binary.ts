import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FREE_MONTHLY_CREDITS } from '../../src/billing/service';
import { createAdjustments } from '../../src/credits/adjustment';
import { openDatabase } from '../../src/db/database';
import { systemClock } from '../../src/lib/clock';
import { creditsToMicros } from '../../src/lib/money';
import { onCleanUp } from './cleanup';
import { until } from './until';

/** The compiled binary, which `bun scripts/build.ts` makes and `scripts/test` makes before tests. */
export const BINARY = join(import.meta.dir, '../../dist/sonde');
export const EXAMPLES = join(import.meta.dir, '../../docs/examples');

/** Generous: on a machine under load everything takes its time. */
const DEADLINE_MS = 30_000;

export type Environment = Record<string, string>;

export interface RunOptions {
  data?: string;
  env?: Environment;
  cwd?: string;
  input?: string;
}

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
  /** What stands on standard output, parsed; undefined when it is no single JSON value. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says by its assertions what it expects
  json: any;
}

export interface Server {
  url: string;
  data: string;
  pid: number;
  /** All that it has logged so far. */
  log(): string;
  signal(signal: NodeJS.Signals): void;
  /** Resolves to the exit code; fails when the process does not end in time. */
  exited(): Promise<number>;
  /** SIGTERM, then the exit code. */
  stop(): Promise<number>;
}

/** A folder of its own, removed after the tests of this file. */
export function temporaryFolder(name = 'data'): string {
  const folder = mkdtempSync(join(tmpdir(), `sonde-e2e-${name}-`));
  onCleanUp(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Nothing of the developer's own settings, and nothing that reaches for the Internet. */
function environmentOf({ data, env }: RunOptions): Environment {
  return {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '/',
    SONDE_WEB: 'off',
    SONDE_LOG_LEVEL: 'warn',
    // Every site of a test is this machine: one that hangs would keep the others waiting.
    SONDE_SITE_CONCURRENCY: '1000',
    SONDE_SITE_GAP_MS: '0',
    ...(data === undefined ? {} : { SONDE_DATA: data }),
    ...env,
  };
}

function spawn(command: string[], options: RunOptions) {
  if (!existsSync(BINARY)) throw new Error('dist/sonde is missing: run `bun scripts/build.ts`');
  const child = Bun.spawn(command, {
    cwd: options.cwd ?? tmpdir(),
    env: environmentOf(options),
    stdin: options.input === undefined ? 'ignore' : new TextEncoder().encode(options.input),
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const forget = onCleanUp(() => {
    child.kill('SIGKILL');
    return child.exited;
  });
  void child.exited.then(forget);
  return child;
}

/** Runs any command to its end. */
export async function run(command: string[], options: RunOptions = {}): Promise<Outcome> {
  const child = spawn(command, options);
  const [stdout, stderr, code] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ]);
  return { code, stdout, stderr, json: parsedOrUndefined(stdout) };
}

/** Runs a command of the binary to its end. */
export function sonde(args: string[], options: RunOptions = {}): Promise<Outcome> {
  return run([BINARY, ...args], options);
}

/** The JSON of a command that must succeed. */
// biome-ignore lint/suspicious/noExplicitAny: a test says by its assertions what it expects
export async function sondeJson(args: string[], options: RunOptions = {}): Promise<any> {
  const outcome = await sonde([...args, '--json'], options);
  if (outcome.code !== 0 || outcome.json === undefined) {
    throw new Error(`sonde ${args.join(' ')} exits ${outcome.code}: ${outcome.stderr}`);
  }
  return outcome.json;
}

function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Starts `serve` on a free port and waits until it says where it listens. */
export async function startServer(options: RunOptions & { args?: string[] } = {}): Promise<Server> {
  const data = options.data ?? temporaryFolder();
  const child = spawn([BINARY, 'serve', '--port', '0', '--json'], {
    ...options,
    data,
  });
  let stdout = '';
  let stderr = '';
  void collect(child.stdout, (text) => {
    stdout += text;
  });
  void collect(child.stderr, (text) => {
    stderr += text;
  });
  await until('the server listens', () => stdout.includes('\n') || child.exitCode !== null);
  const started = parsedOrUndefined(stdout.split('\n')[0] ?? '') as { url: string } | undefined;
  if (!started) throw new Error(`the server did not start: ${stderr}`);
  return {
    url: started.url,
    data,
    pid: child.pid,
    log: () => stderr,
    signal: (signal) => child.kill(signal),
    exited: () => exitOf(child),
    stop() {
      child.kill('SIGTERM');
      return exitOf(child);
    },
  };
}

async function collect(stream: ReadableStream<Uint8Array>, take: (text: string) => void) {
  const decoder = new TextDecoder();
  for await (const chunk of stream) take(decoder.decode(chunk, { stream: true }));
}

async function exitOf(child: Bun.Subprocess): Promise<number> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('the process does not end')), DEADLINE_MS);
  try {
    return await Promise.race([child.exited, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

export interface SeededUser {
  id: string;
  email: string;
  keyId: string;
  key: string;
}

/** A user with a key, and so many credits: those of the month that a new user has, and a grant. */
export async function seedUser(
  data: string,
  { email = 'ada@example.com', credits = 10_000, admin = false } = {},
): Promise<SeededUser> {
  const account = ['--email', email, '--password', 'correct horse', ...(admin ? ['--admin'] : [])];
  const user = await sondeJson(['user', 'create', ...account], { data });
  const key = await sondeJson(['key', 'create', '--user', email], { data });
  const more = credits - FREE_MONTHLY_CREDITS;
  if (more > 0) {
    await sondeJson(['credits', 'grant', '--user', email, '--credits', String(more)], { data });
  } else if (more < 0) await takeCredits(data, user.id, -more);
  return { id: user.id, email, keyId: key.id, key: key.plaintext };
}

/** As an admin does over HTTP, where no server runs yet. */
async function takeCredits(data: string, userId: string, credits: number): Promise<void> {
  const db = openDatabase(join(data, 'sonde.db'));
  const adjustments = createAdjustments({ db, clock: systemClock });
  const taken = { id: userId, userId, deltaMicros: -creditsToMicros(credits), note: 'taken' };
  await db.write((tx) => adjustments.adjust(tx, taken));
  await db.close();
}
