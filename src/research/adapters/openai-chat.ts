import { Type } from '@sinclair/typebox';
import { type Circuit, createCircuit } from '../../net/circuit';
import { FetchFault } from '../../net/fetch-fault';
import type { RetryDeps } from '../../net/retry';
import type { ApiFetch } from '../../net/types';
import { costUsdMicros } from '../llm/price';
import { maxInputTokens } from '../llm/tokens';
import type { Llm, LlmAnswer, LlmCall, LlmPrice } from '../ports';
import { parseAnswer } from './answer';
import { isOutage } from './breaking';

export interface OpenAiChatDeps extends RetryDeps {
  api: ApiFetch;
}

export interface OpenAiChatOptions {
  /** With its version: `https://api.openai.com/v1`, `http://localhost:11434/v1`. */
  baseUrl: string;
  /** Empty for a server that asks for none. */
  apiKey: string;
  model: string;
  contextTokens: number;
  price: LlmPrice;
  timeoutMs: number;
}

const TITLE = 'The LLM';
const MAX_ANSWER_BYTES = 2 * 1024 * 1024;
/** A server that counts more is not believed. */
const MAX_COUNTED_TOKENS = 100_000_000;

const ANSWER = Type.Object({
  model: Type.Optional(Type.String()),
  choices: Type.Array(
    Type.Object({
      message: Type.Object({ content: Type.Union([Type.String(), Type.Null()]) }),
    }),
    { minItems: 1 },
  ),
  usage: Type.Optional(
    Type.Union([
      Type.Null(),
      Type.Object({
        prompt_tokens: Type.Integer({ minimum: 0, maximum: MAX_COUNTED_TOKENS }),
        completion_tokens: Type.Integer({ minimum: 0, maximum: MAX_COUNTED_TOKENS }),
      }),
    ]),
  ),
});

/**
 * How a call is put, the most exact first. Not every server knows a schema, and some models refuse
 * to be told a temperature: an answer 400, which nobody bills, leads to the next one, and what was
 * taken once is where the next call begins.
 */
const FORMS = [
  { format: 'json_schema', isCool: true },
  { format: 'json_schema', isCool: false },
  { format: 'json_object', isCool: false },
  { format: 'text', isCool: false },
] as const;
type Form = (typeof FORMS)[number];

/** A model behind anything that speaks the OpenAI chat API. */
export function createOpenAiChat(deps: OpenAiChatDeps, options: OpenAiChatOptions): Llm {
  const { model, contextTokens, price } = options;
  const circuit: Circuit = createCircuit({ ...deps, title: TITLE, isFailure: isOutage });
  let formAt = 0;

  async function send(call: LlmCall, form: Form, signal: AbortSignal): Promise<LlmAnswer> {
    const { bytes } = await deps.api.request(
      `${options.baseUrl.replace(/\/+$/, '')}/chat/completions`,
      {
        accept: 'application/json',
        headers: options.apiKey === '' ? {} : { Authorization: `Bearer ${options.apiKey}` },
        json: body(call, form, options),
        maxBytes: MAX_ANSWER_BYTES,
        timeoutMs: options.timeoutMs,
        signal,
      },
    );
    const { choices, usage, model: answering } = parseAnswer(ANSWER, bytes, TITLE);
    const counted = usage
      ? { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens }
      : { inputTokens: maxInputTokens(call), outputTokens: call.maxOutputTokens };
    return {
      text: choices[0]?.message.content ?? '',
      usage: counted,
      model: answering ?? model,
      costUsdMicros: costUsdMicros(price, counted),
    };
  }

  async function climbDown(call: LlmCall, signal: AbortSignal): Promise<LlmAnswer> {
    for (let at = formAt; ; at += 1) {
      const form = FORMS[at] ?? FORMS[FORMS.length - 1];
      try {
        const answer = await send(call, form as Form, signal);
        formAt = Math.max(formAt, at);
        return answer;
      } catch (thrown) {
        if (at >= FORMS.length - 1 || !isMisunderstood(thrown)) throw thrown;
      }
    }
  }

  return {
    model,
    contextTokens,
    price,
    complete: (call, signal) => circuit.run(() => climbDown(call, signal), signal),
  };
}

/** 422 is how some servers written in Python say 400. */
function isMisunderstood(thrown: unknown): boolean {
  return thrown instanceof FetchFault && (thrown.status === 400 || thrown.status === 422);
}

function body(call: LlmCall, { format, isCool }: Form, { baseUrl, model }: OpenAiChatOptions) {
  // OpenAI itself refuses the old name, and others do not know the new one.
  const isOpenAi = new URL(baseUrl).hostname.endsWith('openai.com');
  const limit = isOpenAi ? 'max_completion_tokens' : 'max_tokens';
  return {
    model,
    messages: call.messages,
    [limit]: call.maxOutputTokens,
    stream: false,
    ...(isCool ? { temperature: 0 } : {}),
    ...(call.schema === undefined || format === 'text'
      ? {}
      : { response_format: responseFormat(call.schema, format) }),
  };
}

function responseFormat(
  { name, schema }: NonNullable<LlmCall['schema']>,
  format: 'json_schema' | 'json_object',
) {
  if (format === 'json_object') return { type: format };
  return { type: format, json_schema: { name, strict: true, schema } };
}
