import type { Clock } from '../../lib/clock';
import { Fault } from '../../lib/fault';
import type { Chance } from '../../lib/ids';
import { createTurns, type Turns } from '../../net/turns';
import type { ApiFetch } from '../../net/types';
import { createOpenAiChat } from '../adapters/openai-chat';
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
  tools: ReadTools;
  options: LlmOptions;
}

/** Of all jobs: far more than there are jobs at once. */
const MAX_WAITING_CALLS = 10_000;

/** The models of the options; undefined without an address. Throws a Fault when they are half
 * configured. */
export function createLlmSetup(deps: LlmSetupDeps): LlmSetup | undefined {
  const { options, chance, tools } = deps;
  const { llmUrl, llmModel, llmWriterModel, llmPrice, llmWriterPrice } = options;
  if (llmUrl === '') return undefined;
  checkUrl(llmUrl);
  if (llmModel === '') {
    throw new Fault('not_configured', 'SONDE_LLM_URL is set without a model: set SONDE_LLM_MODEL', {
      field: 'SONDE_LLM_MODEL',
    });
  }
  const reader = modelOf(deps, llmModel, llmPrice, 'SONDE_LLM_PRICE');
  const isOne = llmWriterModel === '' || llmWriterModel === llmModel;
  const writer = isOne
    ? reader
    : modelOf(deps, llmWriterModel, llmWriterPrice, 'SONDE_LLM_WRITER_PRICE');
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
    'SONDE_LLM_URL must be an http or https address like https://api.openai.com/v1; ' +
      'a key belongs into SONDE_LLM_KEY',
    { field: 'SONDE_LLM_URL' },
  );
}
