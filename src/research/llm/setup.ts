import type { Clock } from '../../lib/clock';
import { Fault } from '../../lib/fault';
import type { Chance } from '../../lib/ids';
import { createTurns, type Turns } from '../../net/turns';
import type { ApiFetch } from '../../net/types';
import { createOpenAiChat } from '../adapters/openai-chat';
import { createPoolChat, type PayingJob } from '../adapters/pool-chat';
import { isResearchModel, type PoolDoor } from '../adapters/pool-offer';
import type { Llm } from '../ports';
import { priceOf } from './price';
import type { ReadTools } from './read';
import type { LlmSetup } from './stages';

/** What of the operator's options says which models are asked. An empty text is none. */
export interface LlmOptions {
  llmUrl: string;
  llmKey: string;
  llmModel: string;
  llmWriterModel: string;
  llmPrice: string;
  llmWriterPrice: string;
  llmContextTokens: number;
  llmTimeoutMs: number;
  /** Calls at once, of all jobs; 0 for no limit. */
  llmConcurrency: number;
}

export interface LlmSetupDeps {
  clock: Clock;
  chance: Chance;
  api: ApiFetch;
  hosts: PoolDoor;
  tools: ReadTools;
  options: LlmOptions;
}

/** Of all jobs: far more than there are jobs at once. */
const MAX_WAITING_CALLS = 10_000;

/** The models of the options. */
export interface LlmModels {
  readonly reader: string;
  readonly writer: string;
  /** True when they are the pool's, which works in the server's process alone. */
  readonly isPool: boolean;
  forJob(job: PayingJob): LlmSetup;
}

/** What stands for an address when the team's own hosts answer. */
const POOL = 'pool';

/** Undefined without an address. Throws a Fault when the options are half configured. */
export function createLlmModels(deps: LlmSetupDeps): LlmModels | undefined {
  const { llmUrl, llmModel, llmWriterModel } = deps.options;
  if (llmUrl === '') return undefined;
  const isPool = llmUrl === POOL;
  if (!isPool) checkUrl(llmUrl);
  if (llmModel === '') {
    throw new Fault('not_configured', 'SONDE_LLM_URL is set without a model: set SONDE_LLM_MODEL', {
      field: 'SONDE_LLM_MODEL',
    });
  }
  const names = { reader: llmModel, writer: llmWriterModel || llmModel };
  if (isPool) return { ...names, isPool, forJob: poolSetups(deps, names) };
  const setup = apiSetup(deps, names);
  return { ...names, isPool, forJob: () => setup };
}

type Names = Pick<LlmModels, 'reader' | 'writer'>;

/** For each job anew: who asked for it pays the hosts. */
function poolSetups(deps: LlmSetupDeps, names: Names): LlmModels['forJob'] {
  const { llmContextTokens: contextTokens, llmTimeoutMs: timeoutMs } = deps.options;
  checkPoolOptions(deps.options, names);
  return (job) => {
    const { chance, tools } = deps;
    const chatOf = (model: string) =>
      createPoolChat(deps, { model, contextTokens, timeoutMs }, job);
    const reader = chatOf(names.reader);
    const writer = names.writer === names.reader ? reader : chatOf(names.writer);
    return { reader, writer, chance, tools, isBilledApart: true };
  };
}

function checkPoolOptions(options: LlmOptions, { reader, writer }: Names): void {
  const meaningless = [
    ['SONDE_LLM_KEY', options.llmKey, 'whoever asks for research pays the hosts'],
    ['SONDE_LLM_PRICE', options.llmPrice, 'the hosts say what they ask'],
    ['SONDE_LLM_WRITER_PRICE', options.llmWriterPrice, 'the hosts say what they ask'],
  ] as const;
  for (const [field, value, reason] of meaningless) {
    if (value === '') continue;
    throw new Fault(
      'invalid_request',
      `${field} has no meaning with SONDE_LLM_URL=${POOL}, where ${reason}: leave it out`,
      { field },
    );
  }
  for (const [field, model] of [
    ['SONDE_LLM_MODEL', reader],
    ['SONDE_LLM_WRITER_MODEL', writer],
  ] as const) {
    if (!isResearchModel(model)) continue;
    throw new Fault(
      'invalid_request',
      `${field} ${model} runs research itself, which would have no end: name another model`,
      { field },
    );
  }
}

function apiSetup(deps: LlmSetupDeps, { reader: readerName, writer: writerName }: Names): LlmSetup {
  const { llmPrice, llmWriterPrice } = deps.options;
  const { chance, tools } = deps;
  const reader = modelOf(deps, readerName, llmPrice, 'SONDE_LLM_PRICE');
  const writer =
    writerName === readerName
      ? reader
      : modelOf(deps, writerName, llmWriterPrice, 'SONDE_LLM_WRITER_PRICE');
  return { reader, writer, chance, tools, turns: turnsOf(deps) };
}

function turnsOf({ clock, options }: LlmSetupDeps): Turns | undefined {
  const { llmConcurrency: maxAtOnce } = options;
  if (maxAtOnce === 0) return undefined;
  return createTurns(clock, { maxAtOnce, minGapMs: 0, maxWaiting: MAX_WAITING_CALLS });
}

function modelOf(deps: LlmSetupDeps, model: string, ownPrice: string, priceOption: string): Llm {
  const { llmUrl: baseUrl, llmKey: apiKey, llmContextTokens, llmTimeoutMs } = deps.options;
  return createOpenAiChat(deps, {
    baseUrl,
    apiKey,
    model,
    contextTokens: llmContextTokens,
    price: priceOf(model, baseUrl, ownPrice, priceOption),
    timeoutMs: llmTimeoutMs,
  });
}

function checkUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '') return;
  throw new Fault(
    'invalid_request',
    'SONDE_LLM_URL must be an http or https address like https://api.openai.com/v1, or pool; ' +
      'a key belongs into SONDE_LLM_KEY',
    { field: 'SONDE_LLM_URL' },
  );
}
