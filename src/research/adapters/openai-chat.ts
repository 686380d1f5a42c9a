import { type Circuit, createCircuit } from '../../net/circuit';
import { FetchFault } from '../../net/fetch-fault';
import type { RetryDeps } from '../../net/retry';
import type { ApiFetch } from '../../net/types';
import { isContextOverflow } from '../llm/overflow';
import { costUsdMicros } from '../llm/price';
import { maxInputTokens } from '../llm/tokens';
import type { Llm, LlmAnswer, LlmCall, LlmPrice } from '../ports';
import { isOutage } from './breaking';
import { readChatAnswer } from './chat-answer';

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
/** Each token of a stream comes with hundreds of bytes about it. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/**
 * How a call is put, the most exact first. Not every server knows a schema, and some models refuse
 * to be told a temperature: an answer 400, which nobody bills, leads to the next one, and what was
 * taken once is where the next call begins.
 */
const FORMS = [
  { format: 'json_schema', isCool: true, isStreamed: true },
  { format: 'json_schema', isCool: false, isStreamed: true },
  { format: 'json_object', isCool: false, isStreamed: true },
  { format: 'text', isCool: false, isStreamed: true },
  { format: 'text', isCool: false, isStreamed: false },
] as const;
type Form = Omit<(typeof FORMS)[number], 'isStreamed'> & { isStreamed: boolean };

/** A model behind anything that speaks the OpenAI chat API. */
export function createOpenAiChat(deps: OpenAiChatDeps, options: OpenAiChatOptions): Llm {
  const { model, contextTokens, price } = options;
  const circuit: Circuit = createCircuit({ ...deps, title: TITLE, isFailure: isOutage });
  let formAt = 0;
  /** False once a server has said that it takes no streams. */
  let streams = true;

  async function send(call: LlmCall, form: Form, signal: AbortSignal): Promise<LlmAnswer> {
    const { baseUrl, apiKey, timeoutMs } = options;
    const url = `${baseUrl.replace(/\/+$/, '')}/chat/completions`;
    const { bytes } = await deps.api.request(url, {
      accept: form.isStreamed ? 'text/event-stream, application/json' : 'application/json',
      headers: apiKey === '' ? {} : { Authorization: `Bearer ${apiKey}` },
      json: body(call, form, options),
      maxBytes: MAX_ANSWER_BYTES,
      timeoutMs,
      signal,
    });
    const { text, isCutOff, usage, model: answering } = readChatAnswer(bytes, TITLE, [apiKey]);
    const counted = usage ?? {
      inputTokens: maxInputTokens(call),
      outputTokens: call.maxOutputTokens,
    };
    return {
      text,
      isCutOff,
      usage: counted,
      model: answering ?? model,
      costUsdMicros: costUsdMicros(price, counted),
    };
  }

  async function climbDown(call: LlmCall, signal: AbortSignal): Promise<LlmAnswer> {
    let at = formAt;
    for (;;) {
      const form = FORMS[at] ?? FORMS[FORMS.length - 1];
      const isStreamed = streams && form?.isStreamed === true;
      try {
        const answer = await send(call, { ...form, isStreamed } as Form, signal);
        formAt = Math.max(formAt, at);
        return answer;
      } catch (thrown) {
        if (!isMisunderstood(thrown)) throw thrown;
        if (isStreamed && isAboutStreams(thrown)) streams = false;
        else if (at >= FORMS.length - 1) throw thrown;
        else at += 1;
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

/** 422 is how some servers written in Python say 400. A prompt that is too long is no shorter in
 * another form. */
function isMisunderstood(thrown: unknown): thrown is FetchFault {
  if (!(thrown instanceof FetchFault)) return false;
  return (thrown.status === 400 || thrown.status === 422) && !isContextOverflow(thrown);
}

function isAboutStreams({ said }: FetchFault): boolean {
  return /\bstream/i.test(said ?? '');
}

/**
 * In pieces, although they are used together: a server may notice only while it sends that nobody
 * listens any more, and goes on to the end of an answer that it would send whole.
 */
function body(
  call: LlmCall,
  { format, isCool, isStreamed }: Form,
  { baseUrl, model }: OpenAiChatOptions,
) {
  // OpenAI itself refuses the old name, and others do not know the new one.
  const isOpenAi = new URL(baseUrl).hostname.endsWith('openai.com');
  const limit = isOpenAi ? 'max_completion_tokens' : 'max_tokens';
  return {
    model,
    messages: call.messages,
    [limit]: call.maxOutputTokens,
    stream: isStreamed,
    ...(isStreamed ? { stream_options: { include_usage: true } } : {}),
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
