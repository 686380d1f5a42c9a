import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../tests/support/free-port';

const ROOT = join(import.meta.dir, '../..');
export const BINARY = join(ROOT, 'dist/sonde');

/** Beside the checkout, not in a RAM disk: what is measured is a durable commit. */
export function freshFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(ROOT, 'dist/bench-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function sonde<T>(dataDir: string, ...args: string[]): T {
  const run = Bun.spawnSync([BINARY, ...args, '--data', dataDir, '--json'], { stderr: 'pipe' });
  if (run.stdout.length === 0) throw new Error(`sonde ${args.join(' ')}: ${run.stderr}`);
  return JSON.parse(run.stdout.toString()) as T;
}

export interface Server {
  url: string;
  pid: number;
  /** From the start of the process to the first good answer of /health. */
  startMs: number;
  residentMegabytes(): number;
  stop(): Promise<void>;
}

export async function startServer(
  dataDir: string,
  environment: Record<string, string> = {},
): Promise<Server> {
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const startedMs = performance.now();
  const child = Bun.spawn([BINARY, 'serve', '--data', dataDir, '--port', String(port)], {
    env: {
      ...process.env,
      SONDE_LOG_LEVEL: 'error',
      SONDE_SITE_CONCURRENCY: '1000',
      SONDE_SITE_GAP_MS: '0',
      ...environment,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  while (!(await fetch(`${url}/health`).catch(() => undefined))?.ok) {
    if (child.exitCode !== null) throw new Error('the server ended before it answered');
    await Bun.sleep(1);
  }
  return {
    url,
    pid: child.pid,
    startMs: performance.now() - startedMs,
    residentMegabytes() {
      const kibibytes = /VmRSS:\s+(\d+)/.exec(
        readFileSync(`/proc/${child.pid}/status`, 'utf8'),
      )?.[1];
      return Number(kibibytes) / 1_024;
    },
    async stop() {
      child.kill('SIGTERM');
      await child.exited;
    },
  };
}

export interface LoadResult {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  statuses: Record<string, number>;
}

/** Load from a second process. */
export async function load(
  url: string,
  key: string,
  method: string,
  body = '',
  { seconds = 5, connections = 64 } = {},
): Promise<LoadResult> {
  const child = Bun.spawn(
    [
      process.execPath,
      join(import.meta.dir, 'load.ts'),
      url,
      String(connections),
      String(seconds),
      key,
      method,
      body,
    ],
    { stdout: 'pipe', stderr: 'inherit' },
  );
  return JSON.parse(await new Response(child.stdout).text()) as LoadResult;
}

/** An admin with a key and credits enough for whatever is measured. */
export function seed(dataDir: string): { key: string; email: string } {
  const email = 'bench@example.com';
  sonde(
    dataDir,
    'user',
    'create',
    '--email',
    email,
    '--password',
    'correct horse battery',
    '--admin',
  );
  sonde(dataDir, 'credits', 'grant', '--user', email, '--credits', '900000000', '--note', 'bench');
  const { plaintext } = sonde<{ plaintext: string }>(dataDir, 'key', 'create', '--user', email);
  return { key: plaintext, email };
}
