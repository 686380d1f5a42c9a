import { join } from 'node:path';
import { freshFolder, type Server, seed, startServer } from './binary';
import { type Figure, median, percentile } from './figures';
import type { Wait } from './simulated-web';

const RUNS = 9;
const PROBE_PAUSE_MS = 5;
const JOBS_AT_ONCE = 50;
const RUNS_AT_ONCE = 3;
const WARM_UP_RUNS = 2;
const PAGES = 10;

interface World {
  modelUrl: string;
  webUrl: string;
  stop(): void;
}

/**
 * Jobs with a model over HTTP, where all that is waited for takes a known time.
 *
 * The overhead of a job is its wall time, from the request to the whole answer, over its critical
 * path: the longest chain of calls of which each needs the answer of the one before, as a plan, a
 * search, a page, its reading, the brief. Calls of one kind need none of each other: where they
 * queue for one another, by our limits or for a core, that is overhead.
 */
export async function llmFigures(): Promise<Figure[]> {
  const folder = freshFolder();
  const world = await startWorld();
  try {
    const { key } = seed(folder.path);
    const server = await startServer(folder.path, environmentOf(world));
    try {
      return await measured(world, server, key);
    } finally {
      await server.stop();
    }
  } finally {
    world.stop();
    folder.remove();
  }
}

async function measured(world: World, server: Server, key: string): Promise<Figure[]> {
  const ask = (question: string) => research(server, key, question);
  // Before anything is measured: a server that runs has its code compiled, in each of its threads,
  // and knows the robots.txt.
  for (let run = 0; run < WARM_UP_RUNS; run++) await manyAtOnce(server, ask);
  const runs: Run[] = [];
  for (let run = 0; run < RUNS; run++) runs.push(await oneRun(world, ask));
  console.error(`  ${describe(runs)}`);
  const oneMs = median(runs.map(({ wallMs }) => wallMs));
  const manies: Many[] = [];
  for (let run = 0; run < RUNS_AT_ONCE; run++) manies.push(await manyAtOnce(server, ask));
  const walls = manies.map(({ wallMs }) => wallMs.toFixed(0));
  console.error(`  ${JOBS_AT_ONCE} at once in ${walls.join(', ')} ms`);
  return figuresOf(runs, oneMs, manies);
}

function figuresOf(runs: Run[], oneMs: number, manies: Many[]): Figure[] {
  const at = `${JOBS_AT_ONCE} jobs with a model at once`;
  const overheads = runs.map(({ wallMs, pathMs }) => (100 * (wallMs - pathMs)) / pathMs);
  return [
    {
      name: 'overhead of a job with a model over its critical path',
      value: median(overheads),
      unit: '%',
      bound: 10,
      wants: 'at most',
    },
    {
      name: `${at}, wall time over that of one`,
      value: median(manies.map(({ wallMs }) => wallMs)) / oneMs,
      unit: '×',
      bound: 2,
      wants: 'at most',
    },
    {
      name: `${at}, most memory`,
      value: Math.max(...manies.map(({ megabytes }) => megabytes)),
      unit: 'MB',
      bound: 600,
      wants: 'at most',
    },
    {
      name: `${at}, /health p99`,
      value: median(manies.map(({ healthMs }) => percentile(healthMs, 0.99))),
      unit: 'ms',
      bound: 25,
      wants: 'at most',
    },
  ];
}

async function startWorld(): Promise<World> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'simulated-web.ts')], {
    stdout: 'pipe',
    stderr: 'inherit',
  });
  const { value } = await child.stdout.getReader().read();
  const urls = JSON.parse(new TextDecoder().decode(value)) as Omit<World, 'stop'>;
  return { ...urls, stop: () => child.kill() };
}

function environmentOf({ modelUrl, webUrl }: World): Record<string, string> {
  return {
    SONDE_FETCH_ALLOW: '127.0.0.0/8',
    SONDE_WIKIPEDIA: 'off',
    SONDE_OPENALEX: 'off',
    SONDE_GDELT: 'off',
    SONDE_SEARXNG_URL: webUrl,
    SONDE_LLM_URL: modelUrl,
    SONDE_LLM_MODEL: 'simulated',
    SONDE_LLM_PRICE: '0.1/0.4',
    // It stands for a service that answers as many as ask.
    SONDE_LLM_CONCURRENCY: '0',
    // By default fewer run at once, and the others wait for their turn.
    SONDE_RESEARCH_CONCURRENCY: String(JOBS_AT_ONCE),
  };
}

let asked = 0;

/** About another plant each time: no page is read twice. */
function questionOf(): string {
  asked += 1;
  const letters = [...String(asked)].map((digit) => 'aeioulmnrs'[Number(digit)]).join('');
  return `How many turbines does the Hald${letters} Strait tidal power plant have?`;
}

interface Answer {
  status: string;
  sources: unknown[];
  findings: unknown[];
  stats: { llm: { stages: { stage: string; calls: number; failures: number }[] } };
}

async function research(server: Server, key: string, question: string): Promise<Answer> {
  const answer = await fetch(`${server.url}/v1/research`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ question, mode: 'standard' }),
  });
  const result = (await answer.json()) as Answer;
  const { status, sources, findings } = result;
  if (status !== 'completed' || sources.length !== PAGES || findings.length === 0) {
    throw new Error(`not a job of ${PAGES} pages: ${JSON.stringify(result).slice(0, 2_000)}`);
  }
  return result;
}

interface Run {
  wallMs: number;
  /** The longest chain of calls that need one another. */
  pathMs: number;
  waits: Wait[];
}

async function oneRun(world: World, ask: (question: string) => Promise<Answer>): Promise<Run> {
  await fetch(`${world.webUrl}/waits`);
  const startMs = performance.now();
  await ask(questionOf());
  const wallMs = performance.now() - startMs;
  const waits = (await (await fetch(`${world.webUrl}/waits`)).json()) as Wait[];
  return { wallMs, pathMs: criticalPath(waits), waits };
}

/** What each kind of call needs the answer of; a later wave searches by what was read. */
const NEEDS: Record<string, readonly string[]> = {
  plan: [],
  search: ['plan', 'findings'],
  robots: ['search'],
  page: ['search', 'robots'],
  findings: ['page'],
  brief: ['findings'],
};

/** The time of the longest chain of calls of which each began after one that it needs had ended. */
function criticalPath(waits: Wait[]): number {
  const chains: (Wait & { pathMs: number })[] = [];
  for (const wait of waits.toSorted((a, b) => a.startMs - b.startMs)) {
    const needed = chains.filter(
      ({ what, endMs }) => endMs <= wait.startMs && NEEDS[wait.what]?.includes(what),
    );
    const beforeMs = Math.max(0, ...needed.map(({ pathMs }) => pathMs));
    chains.push({ ...wait, pathMs: beforeMs + wait.endMs - wait.startMs });
  }
  return Math.max(0, ...chains.map(({ pathMs }) => pathMs));
}

function describe(runs: Run[]): string {
  const calls = Map.groupBy(runs.at(-1)?.waits ?? [], ({ what }) => what);
  const counts = [...calls].map(([what, all]) => `${all.length} ${what}`).join(', ');
  const wall = median(runs.map(({ wallMs }) => wallMs));
  const path = median(runs.map(({ pathMs }) => pathMs));
  return `one job takes ${wall.toFixed(0)} ms, its critical path ${path.toFixed(0)} ms, with ${counts}`;
}

interface Many {
  wallMs: number;
  megabytes: number;
  healthMs: number[];
}

async function manyAtOnce(
  server: Server,
  ask: (question: string) => Promise<Answer>,
): Promise<Many> {
  const healthMs: number[] = [];
  let megabytes = 0;
  let isRunning = true;
  const startMs = performance.now();
  const jobs = Promise.all(Array.from({ length: JOBS_AT_ONCE }, () => ask(questionOf()))).finally(
    () => {
      isRunning = false;
    },
  );
  const probing = (async () => {
    while (isRunning) {
      const probeMs = performance.now();
      await (await fetch(`${server.url}/health`)).json();
      healthMs.push(performance.now() - probeMs);
      megabytes = Math.max(megabytes, server.residentMegabytes());
      await Bun.sleep(PROBE_PAUSE_MS);
    }
  })();
  await jobs;
  const wallMs = performance.now() - startMs;
  await probing;
  return { wallMs, megabytes, healthMs };
}
