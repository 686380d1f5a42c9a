import { systemClock } from '../../src/lib/clock';
import type { Chance } from '../../src/lib/ids';
import { sha256Hex } from '../../src/lib/ids';
import { createApiFetch } from '../../src/net/api-fetch';
import { analyse } from '../../src/research/analyse';
import { initialState } from '../../src/research/initial-state';
import { excerpt } from '../../src/research/llm/excerpt';
import { locateAll } from '../../src/research/llm/locate';
import { createLlmModels, type LlmOptions, type LlmSetupDeps } from '../../src/research/llm/setup';
import { Meter, unmetered } from '../../src/research/meter';
import { type Checkpoint, type PipelinePorts, runPipeline } from '../../src/research/pipeline';
import type { SearchProvider } from '../../src/research/ports';
import { synthesize } from '../../src/research/stages/synthesize';
import { fillTyped } from '../../src/research/typed/fill';
import type { Budget, PinnedRequest, ResearchState } from '../../src/research/types';
import { snapshotOf } from './snapshot';

const LLM_OPTIONS: Omit<LlmOptions, 'llmUrl'> = {
  llmKey: '',
  llmModel: 'small',
  llmWriterModel: '',
  llmPrice: '1/2',
  llmWriterPrice: '',
  llmContextTokens: 16_000,
  llmTimeoutMs: 5_000,
  llmConcurrency: 16,
};

const chance: Chance = { id: () => '', bytes: () => new Uint8Array(0), fraction: () => 0 };

const unused = () => Promise.reject(new Error('there is no pool here'));
const NO_POOL = { inference: { submit: unused }, registry: {} } as unknown as LlmSetupDeps['hosts'];

/** Short pauses end at once, and the time of a job is never over. */
const clock = {
  nowMs: () => Date.UTC(2026, 10, 22),
  after(delayMs: number, callback: () => void) {
    if (delayMs < 5_000) queueMicrotask(callback);
    return () => {};
  },
};

const budget: Budget = {
  maxSources: 10,
  maxWaves: 1,
  branches: 3,
  critic: false,
  maxWallclockMs: 60_000,
};

export interface LlmTrial {
  question: string;
  texts: readonly string[];
  /** Empty for a job without a model. */
  baseUrl: string;
  options?: Partial<LlmOptions>;
  request?: Partial<PinnedRequest>;
  allowed?: Partial<Budget>;
  /** In micro-credits: makes the job metered, with this meter in front. */
  capMicros?: number;
  signal?: AbortSignal;
  ports?: Partial<PipelinePorts>;
  /** Which search fails, from 0. */
  failingSearch?: number;
  committed?: ResearchState;
}

/** One job over texts that a search finds, with a model behind real HTTP. */
export async function tryJob(trial: LlmTrial) {
  const snapshots = new Map(trial.texts.map((text) => [sha256Hex(text), snapshotOf(text)]));
  const queries: string[] = [];
  const checkpoints: Checkpoint[] = [];
  let chargedMicros = 0;
  let mostMicros = 0;
  const record = async (costMicros: number) => {
    chargedMicros += costMicros;
    mostMicros = Math.max(mostMicros, chargedMicros);
  };
  const { capMicros } = trial;
  const meter =
    capMicros === undefined
      ? unmetered()
      : new Meter({ capMicros, callCostMicros: 0, sourceCount: 0, record });
  const search: SearchProvider = {
    name: 'library',
    async search({ text }) {
      queries.push(text);
      if (queries.length - 1 === trial.failingSearch) throw new Error('the search broke');
      return trial.texts.map((page, index) => ({
        url: `https://site${index + 1}.example/page`,
        title: `Page ${index + 1}`,
        provider: 'library',
        snippet: null,
        doi: null,
        snapshotHash: sha256Hex(page),
      }));
    },
  };
  const state = await runPipeline(
    { ...requestOf(trial.question, capMicros), ...trial.request },
    { ...budget, ...trial.allowed },
    trial.committed ?? initialState,
    {
      providers: [search],
      reader: { read: () => Promise.reject(new Error('nothing is fetched here')) },
      stages: {
        analyse: async (input) => analyse(input),
        synthesize: async (input) => synthesize(input),
        fillTyped: async (input) => fillTyped(input),
      },
      llm: setupOf(trial),
      clock,
      meter,
      snapshot: async (hash) => snapshots.get(hash),
      emit: async () => {},
      checkpoint: async (checkpoint) => void checkpoints.push(structuredClone(checkpoint)),
      ...trial.ports,
    },
    trial.signal ?? new AbortController().signal,
  );
  const trace = checkpoints.flatMap((checkpoint) => checkpoint.trace);
  return { state, snapshots, queries, checkpoints, trace, meter, mostMicros, chargedMicros };
}

function setupOf({ baseUrl, options }: Pick<LlmTrial, 'baseUrl' | 'options'>) {
  const all = { ...LLM_OPTIONS, llmUrl: baseUrl, ...options };
  const api = createApiFetch({
    clock: systemClock,
    userAgent: 'SondeBot/0.1',
    allow: ['127.0.0.0/8'],
    limits: { maxBytes: 2_000_000, timeoutMs: all.llmTimeoutMs, maxRedirects: 0 },
  });
  const tools = {
    excerpt: async (input: Parameters<typeof excerpt>[0]) => excerpt(input),
    locate: async (input: Parameters<typeof locateAll>[0]) => locateAll(input),
  };
  const models = createLlmModels({ clock, chance, api, hosts: NO_POOL, tools, options: all });
  return models?.forJob({ id: 'job', asker: { userId: 'ann', key: null } });
}

function requestOf(question: string, capMicros: number | undefined): PinnedRequest {
  return {
    question,
    mode: 'standard',
    maxCredits: null,
    maxWallclockSeconds: null,
    responseSchema: null,
    sources: [],
    search: { library: true, web: false },
    language: 'en',
    ...(capMicros === undefined ? {} : { settings: { maxCostUsdMicros: capMicros / 100 } }),
  };
}
