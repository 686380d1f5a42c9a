import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { readOptions } from '../config/parse';
import { type Agent, runAgent } from '../hosts/agent/agent';
import { Backoff } from '../hosts/agent/backoff';
import { findBackend, kindOf } from '../hosts/agent/find-backend';
import { readGpu } from '../hosts/agent/gpu';
import { createHttpPort } from '../hosts/agent/http-port';
import { embeds, measureSpeed, workingFeatures } from '../hosts/agent/measure';
import { checkOffer, offeredModels } from '../hosts/agent/offer';
import { registerHost } from '../hosts/agent/registration';
import { type HostState, readState, writeState } from '../hosts/agent/state-file';
import { createBackend } from '../hosts/backends/create';
import { plainHttp } from '../hosts/backends/plain-http';
import type { Backend } from '../hosts/backends/types';
import type { HostBackend, HostFeature, HostModel } from '../hosts/types';
import { systemClock as clock } from '../lib/clock';
import { Fault, publicMessage } from '../lib/fault';
import { systemChance as chance } from '../lib/ids';
import { createLog, type LogFormat, type LogLevel } from '../lib/log';
import { pause } from '../net/retry';
import { wholeNumber } from './context';
import { agentReporter, type Report, reporter } from './host-report';

interface HostFlags {
  server: string;
  backend?: string;
  backendKind?: HostBackend;
  joinToken?: string;
  gpu?: string;
  pricePerToken: number;
  pricePerPromptToken: number;
  slots: number;
  model: string[];
  state: string;
  json?: boolean;
}

const LONGEST_PAUSE_MS = 5_000;
const MAX_USD_PER_TOKEN = 10;
const KINDS: HostBackend[] = ['vllm', 'ollama', 'llamacpp', 'openai', 'huggingface'];
const DEFAULT_STATE = join(homedir(), '.local', 'share', 'sonde', 'host.json');

export function addHostCommand(program: Command): void {
  program
    .command('host')
    .description('lend the models of this machine to a server, until SIGTERM')
    .requiredOption('--server <url>', 'address of the server', serverAddress)
    .option('--backend <url>', 'what serves the models; looked for on this machine if absent')
    .addOption(
      new Option('--backend-kind <kind>', 'what speaks there; found out if absent').choices(KINDS),
    )
    .option('--join-token <token>', 'makes the host active at once (SONDE_JOIN_TOKEN)')
    .option('--gpu <name>', 'name of the GPU; asked of nvidia-smi if absent')
    .option('--price-per-token <usd>', 'asked for a token of the answer', usd, 0.0001)
    .option('--price-per-prompt-token <usd>', 'asked for a token of the prompt', usd, 0)
    .option('--slots <n>', 'jobs at once', wholeNumber(1, 256), 4)
    .option('--model <name>', 'offer only this model; may be repeated', collected, [])
    .option('--state <file>', 'where id and key of the host are kept', DEFAULT_STATE)
    .option('--json', 'print a JSON line for each event')
    .action(host);
}

/** Everything goes out from here: nothing has to reach this machine. */
async function host(flags: HostFlags): Promise<void> {
  const options = readOptions();
  const report = reporter(flags.json === true);
  const ending = terminated();
  try {
    const backend = await openBackend(flags, options.backendKey, report, ending);
    const models = await firstModels(backend, flags.model, report, ending);
    const features = await measure(backend, models, report, ending);
    const offer = { models, backend: backend.kind, features };
    const state = await stateOf(flags, options.joinToken, offer, report, ending);
    const agent = start(flags, state, backend, report);
    await aborted(ending);
    await agent.stop(options.graceMs);
  } catch (thrown) {
    if (!ending.aborted) throw thrown;
  }
  report({ event: 'stopped' }, 'Stopped.');
}

async function openBackend(
  flags: HostFlags,
  key: string,
  report: Report,
  ending: AbortSignal,
): Promise<Backend> {
  const found = await whereBackend(flags, key, report, ending);
  report({ event: 'backend_found', ...found }, `Backend: ${found.kind} at ${found.url}`);
  return createBackend({ http: plainHttp, clock, key, ...found });
}

async function whereBackend(
  { backend: url, backendKind }: HostFlags,
  key: string,
  report: Report,
  ending: AbortSignal,
): Promise<{ kind: HostBackend; url: string }> {
  const deps = { http: plainHttp, clock, key };
  if (url === undefined) return findBackend(deps, ending);
  if (backendKind !== undefined) return { kind: backendKind, url };
  const kind = await keepTrying(report, ending, async () => {
    const answering = await kindOf(deps, httpAddress(url), ending);
    if (answering) return answering;
    throw new Fault('unavailable', `nothing that serves models answers at ${url}`);
  });
  return { kind, url };
}

/** A backend that was named may still be loading. */
async function firstModels(
  backend: Backend,
  wanted: string[],
  report: Report,
  ending: AbortSignal,
): Promise<HostModel[]> {
  const models = await keepTrying(report, ending, () => offeredModels(backend, wanted, ending));
  checkOffer(models, wanted);
  const names = models.map(({ name, maxTokens }) => `${name} (${maxTokens} tokens)`);
  report({ event: 'models', models }, `Models: ${names.join(', ')}`);
  return models;
}

/** Tries the first model both ways; answers what works. A backend of which neither does is offered
 * all the same: it may have had a bad moment. */
async function measure(
  backend: Backend,
  [model]: HostModel[],
  report: Report,
  ending: AbortSignal,
): Promise<HostFeature[]> {
  if (!model) return backend.features;
  const works = { answers: true, embeds: await embeds(backend, model, ending) };
  try {
    const speed = await measureSpeed(backend, clock, model, ending);
    const rate = speed.tokensPerSecond?.toFixed(1) ?? 'unknown';
    report(
      { event: 'measured', ...speed },
      `Speed of ${speed.model}: first token after ${speed.firstTokenMs} ms, then ${rate} tokens/s`,
    );
  } catch (thrown) {
    if (ending.aborted) throw thrown;
    const error = publicMessage(thrown);
    report({ event: 'not_measured', model: model.name, error }, `Not measured: ${error}`);
    works.answers = !works.embeds;
  }
  return workingFeatures(backend.features, works);
}

async function stateOf(
  flags: HostFlags,
  tokenOfEnvironment: string,
  offer: { models: HostModel[]; backend: HostBackend; features: HostFeature[] },
  report: Report,
  ending: AbortSignal,
): Promise<HostState> {
  const { server, state: path } = flags;
  const known = await readState(path, server);
  if (known) {
    const { hostId } = known;
    report({ event: 'known', host_id: hostId, state: path }, `Host ${hostId}, as kept in ${path}`);
    return known;
  }
  const registration = {
    ...offer,
    gpu: flags.gpu ?? (await readGpu())?.name ?? 'CPU',
    slots: flags.slots,
    pricePerToken: flags.pricePerToken,
    pricePerPromptToken: flags.pricePerPromptToken,
    joinToken: flags.joinToken ?? tokenOfEnvironment,
  };
  const { hostId, key, status } = await keepTrying(report, ending, () =>
    registerHost(clock, server, registration),
  );
  const state = { server, hostId, key };
  await writeState(path, state);
  report(
    { event: 'registered', host_id: hostId, status, state: path },
    `Registered as ${hostId} (${registration.gpu}): ${status}. Its key is kept in ${path}`,
  );
  return state;
}

function start(flags: HostFlags, state: HostState, backend: Backend, report: Report): Agent {
  const { logLevel, logFormat, backendKey } = readOptions();
  const log = createLog({
    level: logLevel as LogLevel,
    format: logFormat as LogFormat,
    write: (text) => process.stderr.write(text),
    nowMs: clock.nowMs,
  });
  const { onEvent, onStatus } = agentReporter(report);
  return runAgent({
    port: createHttpPort({ clock, ...state, onStatus }),
    backend,
    secret: backendKey,
    clock,
    chance,
    log,
    slots: flags.slots,
    listModels: (signal) => offeredModels(backend, flags.model, signal),
    utilization: async () => (await readGpu())?.utilization ?? null,
    onEvent,
  });
}

/** Goes on for as long as what is wrong may pass; says so once for each thing that is. */
async function keepTrying<T>(
  report: Report,
  ending: AbortSignal,
  attempt: () => Promise<T>,
): Promise<T> {
  const backoff = new Backoff(chance, LONGEST_PAUSE_MS);
  let said = '';
  for (;;) {
    ending.throwIfAborted();
    try {
      return await attempt();
    } catch (thrown) {
      ending.throwIfAborted();
      if (!(thrown instanceof Fault) || !MAY_PASS.has(thrown.code)) throw thrown;
      const { message } = thrown;
      if (message !== said) report({ event: 'waiting', error: message }, `Waiting: ${message}`);
      said = message;
      await pause(clock, backoff.nextMs(), ending);
    }
  }
}

const MAY_PASS = new Set(['unavailable', 'rate_limited']);

/** A second signal ends the process at once. */
function terminated(): AbortSignal {
  const ending = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => ending.abort(new Error('the host ends')));
  }
  return ending.signal;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function serverAddress(raw: string): string {
  if (URL.canParse(raw) && /^https?:$/.test(new URL(raw).protocol)) return raw.replace(/\/+$/, '');
  throw new InvalidArgumentError('It must be an address such as https://sonde.example.com.');
}

function httpAddress(raw: string): string {
  if (URL.canParse(raw) && /^https?:$/.test(new URL(raw).protocol)) return raw;
  throw new Fault('invalid_request', `--backend "${raw}" must be an address: http://host:port`, {
    field: 'backend',
  });
}

function usd(raw: string): number {
  const value = Number(raw);
  if (/^\d*\.?\d+(?:e-?\d+)?$/i.test(raw) && value <= MAX_USD_PER_TOKEN) return value;
  throw new InvalidArgumentError(`It must be US dollars from 0 to ${MAX_USD_PER_TOKEN}.`);
}

function collected(name: string, earlier: string[]): string[] {
  return [...earlier, name];
}
