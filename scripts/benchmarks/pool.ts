import { Database } from 'bun:sqlite';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freshFolder, type Server, seed, startServer } from './binary';
import { chatFigures } from './chat';
import type { Figure } from './figures';

const PARKED_HOSTS = 500;
/** What a burst leaves to be collected and compiled is not what waiting costs. */
const SETTLE_MS = 8_000;
const IDLE_MS = 15_000;
const USD_PER_TOKEN = 0.0001;
/** Of one token, in millionths of a credit. */
const MICROS_PER_JOB = 10_000;
/** The kernel counts the time of a process in these, a hundred to the second. */
const TICKS_PER_SECOND = 100;

/** The inference pool: hosts and clients speak HTTP from a second process. */
export async function poolFigures(): Promise<Figure[]> {
  const folder = freshFolder();
  const { key } = seed(folder.path);
  const server = await startServer(folder.path, { SONDE_HOST_REGISTRATION: 'open' });
  const run = async <T>(what: string, hosts: number, slots: number) =>
    await load<T>(what, server, key, await register(server, what, hosts, slots));
  try {
    const noOps = await run<{ perSecond: number; ended: number }>('noOps', 4, 128);
    expectBilled(folder.path, noOps.ended);
    const flood = await run<{ perSecond: number }>('flood', 1, 64);
    const gentle = await run<Latency>('gentle', 1, 64);
    const heavy = await run<Latency>('heavy', 1, 64);
    const parked = await run<Latency>('parked', PARKED_HOSTS, 1);
    const idleShare = await measureIdle();
    console.error(`  ${describe('64 streams, 50 tokens/s each', gentle)}`);
    console.error(`  ${describe('64 streams, 100,000 tokens/s in all', heavy)}`);
    return [
      atLeast('no-op inference jobs, durable and billed', noOps.perSecond, '/s', 5_000),
      atMost('submit to host, 500 parked, p50', parked.p50Ms, 'ms', 2),
      atLeast('tokens through, 64 streams', flood.perSecond, '/s', 100_000),
      atMost('token latency added, 64 streams, p50', gentle.p50Ms, 'ms', 2),
      atMost('500 parked polls', idleShare, '% of a core', 1),
      ...(await chatFigures()),
    ];
  } finally {
    await server.stop();
    folder.remove();
  }
}

/** Throws unless these jobs of one token were completed and paid, and nothing is held any more. */
function expectBilled(dataDir: string, ended: number): void {
  const database = new Database(join(dataDir, 'sonde.db'), { readonly: true });
  const found = database
    .query<{ done: number; paid: number; micros: number; held: number }, []>(
      `SELECT (SELECT count(*) FROM job WHERE kind = 'inference' AND state = 'done') AS done,
        (SELECT sum(held_micros) FROM account) AS held,
        count(*) AS paid, sum(host_micros + system_micros) AS micros
      FROM transfer WHERE kind = 'settle'`,
    )
    .get();
  database.close();
  const wanted = { done: ended, held: 0, paid: ended, micros: ended * MICROS_PER_JOB };
  if (!Bun.deepEquals(found, wanted))
    throw new Error(`found ${JSON.stringify(found)}, and not ${JSON.stringify(wanted)}`);
}

interface Latency {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

function atLeast(name: string, value: number, unit: string, bound: number): Figure {
  return { name, value, unit, bound, wants: 'at least' };
}

function atMost(name: string, value: number, unit: string, bound: number): Figure {
  return { name, value, unit, bound, wants: 'at most' };
}

function describe(name: string, { perSecond, p50Ms, p99Ms }: Latency): string {
  return `${name}: ${Math.round(perSecond)}/s, p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms`;
}

async function register(
  server: Server,
  model: string,
  count: number,
  slots: number,
): Promise<string[]> {
  const keys: string[] = [];
  for (let host = 0; host < count; host++) {
    const response = await fetch(`${server.url}/hosts/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        gpu: 'none',
        models: [model],
        price_per_token: USD_PER_TOKEN,
        backend: 'vllm',
        slots,
      }),
    });
    const { api_key } = (await response.json()) as { api_key: string };
    keys.push(api_key);
  }
  return keys;
}

function spawnLoad(what: string, server: Server, key: string, hostKeys: string[]) {
  const script = join(import.meta.dir, 'pool-load.ts');
  return Bun.spawn([process.execPath, script, what, server.url, key, hostKeys.join(',')], {
    stdout: 'pipe',
    stderr: 'inherit',
  });
}

async function load<T>(what: string, server: Server, key: string, hostKeys: string[]): Promise<T> {
  const child = spawnLoad(what, server, key, hostKeys);
  return JSON.parse(await new Response(child.stdout).text()) as T;
}

/** The share of a core that a server takes that has done nothing but let hosts wait. One that was
 * busy before collects its garbage for a while. */
async function measureIdle(): Promise<number> {
  const folder = freshFolder();
  const { key } = seed(folder.path);
  const server = await startServer(folder.path, { SONDE_HOST_REGISTRATION: 'open' });
  try {
    return await idleShareOf(server, key, await register(server, 'idle', PARKED_HOSTS, 1));
  } finally {
    await server.stop();
    folder.remove();
  }
}

async function idleShareOf(server: Server, key: string, hostKeys: string[]): Promise<number> {
  const child = spawnLoad('idle', server, key, hostKeys);
  await child.stdout.getReader().read();
  await Bun.sleep(SETTLE_MS);
  const before = ticksOf(server.pid);
  await Bun.sleep(IDLE_MS);
  const share = (ticksOf(server.pid) - before) / TICKS_PER_SECOND / (IDLE_MS / 1_000);
  child.kill();
  await child.exited;
  return 100 * share;
}

function ticksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}
