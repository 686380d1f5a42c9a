import type { Inference, InferenceRequest } from '../../hosts/types';
import { Fault } from '../../lib/fault';
import { toMessages } from './messages';
import type { ChatBody, CompletionBody, EmbeddingBody } from './schemas-request';

/** Of a request that names no limit: it is held for, so it is not all that a model can. */
const DEFAULT_MAX_TOKENS = 4_096;

const CHAT_PARAMETERS = [
  'temperature',
  'top_p',
  'seed',
  'stop',
  'presence_penalty',
  'frequency_penalty',
  'tools',
  'tool_choice',
  'response_format',
] as const satisfies (keyof ChatBody)[];

const COMPLETION_PARAMETERS = [
  'temperature',
  'top_p',
  'seed',
  'stop',
  'presence_penalty',
  'frequency_penalty',
] as const satisfies (keyof CompletionBody)[];

type Catalog = Pick<Inference, 'models' | 'aliases'>;

/** Throws Fault `invalid_request` with the field. */
export function chatRequest(body: ChatBody, catalog: Catalog): InferenceRequest {
  const { model, max_tokens: older, max_completion_tokens: newer } = body;
  if (older && newer) {
    throw new Fault('invalid_request', 'max_tokens is max_completion_tokens: give one of them', {
      field: 'max_tokens',
    });
  }
  const parameters = givenOf(body, CHAT_PARAMETERS);
  // What is asked for anyhow: every host can do that.
  if (body.response_format?.type === 'text') delete parameters.response_format;
  if (body.tools?.length === 0) delete parameters.tools;
  if (!('tools' in parameters)) {
    if (typeof body.tool_choice === 'object' && body.tool_choice !== null) throw toolless();
    if (body.tool_choice === 'required') throw toolless();
    delete parameters.tool_choice;
  }
  return {
    ...nothing,
    task: 'chat',
    model,
    messages: toMessages(body.messages),
    maxTokens: newer ?? older ?? defaultMaxTokens(catalog, model),
    parameters,
  };
}

export function completionRequest(body: CompletionBody, catalog: Catalog): InferenceRequest {
  const { model, prompt } = body;
  return {
    ...nothing,
    task: 'completion',
    model,
    inputText: typeof prompt === 'string' ? prompt : prompt.join(''),
    maxTokens: body.max_tokens ?? defaultMaxTokens(catalog, model),
    parameters: givenOf(body, COMPLETION_PARAMETERS),
  };
}

export function embeddingRequest({ model, input }: EmbeddingBody): InferenceRequest {
  const inputs = typeof input === 'string' ? [input] : input;
  return { ...nothing, task: 'embedding', model, inputs };
}

const nothing = {
  inputText: '',
  messages: [],
  inputs: [],
  maxTokens: 0,
  parameters: {},
  maxPricePerToken: null,
};

function givenOf<Body extends object>(
  body: Body,
  names: readonly (keyof Body & string)[],
): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const name of names) {
    const value = body[name];
    if (value !== undefined && value !== null) given[name] = value;
  }
  return given;
}

/** What every model that may answer has. One that is unknown is told of by who knows the others. */
function defaultMaxTokens(catalog: Catalog, model: string): number {
  const alias = catalog.aliases().find(({ name }) => name === model);
  const names = new Set(alias?.models ?? [model]);
  let least = DEFAULT_MAX_TOKENS;
  for (const { name, maxTokens } of catalog.models()) {
    if (names.has(name)) least = Math.min(least, maxTokens);
  }
  return least;
}

function toolless(): Fault {
  return new Fault('invalid_request', 'tool_choice chooses among tools, and there are none', {
    field: 'tool_choice',
  });
}
