import { join } from 'node:path';
import { BINARY, freshFolder, type Server, seed, sonde, startServer } from './binary';
import { type Figure, median } from './figures';

const RATE = 200;
const SECONDS = 5;
const ROUNDS = 3;
const MODEL = 'bench/model';

interface Latency {
  p50Ms: number;
  p99Ms: number;
}

/** Chat completions through the server and a host beside a backend, against that backend itself, and
 * through LiteLLM where it is installed: in turn, so that all meet the same machine. */
export async function chatFigures(): Promise<Figure[]> {
  const folder = freshFolder();
  const backend = await startBackend();
  const { key } = seed(folder.path);
  const server = await startServer(folder.path, {});
  const host = await startHost(server, folder.path, backend.url);
  const liteLlm = await startLiteLlm(backend.url, folder.path);
  try {
    const direct: Latency[] = [];
    const through: Latency[] = [];
    const beside: Latency[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      direct.push(await chat(backend.url, 'none'));
      through.push(await chat(server.url, key));
      if (liteLlm) beside.push(await chat(liteLlm.url, 'none'));
    }
    const added = (latencies: Latency[]) => p50Of(latencies) - p50Of(direct);
    console.error(
      `  chat at ${RATE}/s: ${describe('direct', direct)}, ${describe('through', through)}`,
    );
    if (liteLlm) {
      console.error(
        `  beside it LiteLLM: ${describe('through', beside)}, added p50 ${added(beside).toFixed(2)} ms`,
      );
    } else console.error('  LiteLLM is not installed: not measured beside it');
    return [
      {
        name: `chat completions at ${RATE}/s, added p50`,
        value: added(through),
        unit: 'ms',
        bound: 3,
        wants: 'at most',
      },
    ];
  } finally {
    await liteLlm?.stop();
    await host.stop();
    await server.stop();
    backend.stop();
    folder.remove();
  }
}

function p50Of(latencies: Latency[]): number {
  return median(latencies.map(({ p50Ms }) => p50Ms));
}

function describe(name: string, latencies: Latency[]): string {
  const p99Ms = median(latencies.map((latency) => latency.p99Ms));
  return `${name} p50 ${p50Of(latencies).toFixed(2)} p99 ${p99Ms.toFixed(2)} ms`;
}

async function chat(url: string, key: string): Promise<Latency> {
  const script = join(import.meta.dir, 'chat-load.ts');
  const child = Bun.spawn(
    [process.execPath, script, url, key, MODEL, String(RATE), String(SECONDS)],
    { stdout: 'pipe', stderr: 'inherit' },
  );
  return JSON.parse(await new Response(child.stdout).text()) as Latency;
}

async function startBackend() {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'chat-backend.ts')], {
    stdout: 'pipe',
    stderr: 'inherit',
  });
  const { value } = await child.stdout.getReader().read();
  const { url } = JSON.parse(new TextDecoder().decode(value)) as { url: string };
  return { url, stop: () => child.kill() };
}

async function startHost(server: Server, dataDir: string, backendUrl: string) {
  const { join_token: token } = sonde<{ join_token: string }>(dataDir, 'hosts', 'join-token');
  const child = Bun.spawn(
    [
      BINARY,
      'host',
      '--server',
      server.url,
      '--backend',
      backendUrl,
      '--backend-kind',
      'vllm',
      '--slots',
      '64',
      '--state',
      join(dataDir, 'host.json'),
    ],
    {
      env: { ...process.env, SONDE_JOIN_TOKEN: token, SONDE_LOG_LEVEL: 'error' },
      stdio: ['ignore', 'ignore', 'ignore'],
    },
  );
  await until(async () => {
    const { models } = (await (await fetch(`${server.url}/models`)).json()) as {
      models: { available_hosts: number }[];
    };
    return models.some(({ available_hosts }) => available_hosts > 0);
  });
  return {
    async stop() {
      child.kill('SIGTERM');
      await child.exited;
    },
  };
}

/** The proxy of PyPI's `litellm[proxy]`, where `litellm` is on the PATH; undefined elsewhere. */
async function startLiteLlm(backendUrl: string, dataDir: string) {
  const program = Bun.which('litellm');
  if (!program) return undefined;
  const config = join(dataDir, 'litellm.yaml');
  const model = { model: `openai/${MODEL}`, api_base: `${backendUrl}/v1`, api_key: 'none' };
  // JSON is YAML.
  await Bun.write(
    config,
    JSON.stringify({ model_list: [{ model_name: MODEL, litellm_params: model }] }),
  );
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const child = Bun.spawn(
    [program, '--config', config, '--host', '127.0.0.1', '--port', String(port)],
    {
      // Otherwise it asks the network for its price list, and for a key that nobody here would send.
      env: {
        ...process.env,
        LITELLM_LOCAL_MODEL_COST_MAP: 'True',
        LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY: 'true',
      },
      stdio: ['ignore', 'ignore', 'ignore'],
    },
  );
  const url = `http://127.0.0.1:${port}`;
  await until(
    async () => (await fetch(`${url}/health/liveliness`).catch(() => undefined))?.ok ?? false,
  );
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      await child.exited;
    },
  };
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + 90_000;
  while (!(await isSo())) {
    if (performance.now() > deadlineMs) throw new Error('what was started does not answer');
    await Bun.sleep(50);
  }
}
