import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { plainPrompt } from '../prompt';
import type {
  Assignment,
  ChatMessage,
  HostBackend,
  HostFeature,
  HostModel,
  InferenceRequest,
} from '../types';
import { readChatChunk, readCompletionChunk } from './chunks';
import { type Continuation, continued, tokensToAsk, withoutBeginning } from './continuation';
import { Echoes } from './echoes';
import { BackendFault, passing } from './fault';
import { askJson } from './json-call';
import { generateBy, type StreamCall, type StreamDeps } from './stream';
import type { Backend, Embedded, Generated } from './types';

export interface OpenAiSettings {
  kind: HostBackend;
  /** With its version: `http://127.0.0.1:8000/v1`. */
  baseUrl: string;
  continuation: Continuation;
  features: HostFeature[];
  /** Whether a model without chats is asked to go on with the chat as a text. */
  writesChats: boolean;
}

const DEFAULT_MAX_TOKENS = 4_096;
const MAX_LISTING_BYTES = 8_388_608;
const MAX_EMBEDDINGS_BYTES = 134_217_728;
const MAX_MODELS = 1_000;

const CONTEXT = Type.Optional(Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]));

const MODELS = Type.Object({
  data: Type.Array(
    Type.Object({
      id: Type.String({ minLength: 1, maxLength: 200 }),
      /** vLLM tells it so. */
      max_model_len: CONTEXT,
      /** And llama.cpp so. */
      meta: Type.Optional(
        Type.Union([Type.Null(), Type.Object({ n_ctx: CONTEXT, n_ctx_train: CONTEXT })]),
      ),
    }),
  ),
});

const EMBEDDINGS = Type.Object({
  data: Type.Array(
    Type.Object({
      index: Type.Integer({ minimum: 0 }),
      embedding: Type.Array(Type.Number(), { minItems: 1, maxItems: 65_536 }),
    }),
  ),
  usage: Type.Optional(
    Type.Union([Type.Null(), Type.Object({ prompt_tokens: Type.Integer({ minimum: 0 }) })]),
  ),
});

/** vLLM, llama.cpp, Ollama, OpenAI itself, and whatever else speaks its API. */
export function createOpenAiBackend(deps: StreamDeps, settings: OpenAiSettings): Backend {
  const { kind, baseUrl, continuation, features } = settings;
  const chats = new Chats();
  const echoes = new Echoes();

  /** What an answer that goes on says again before it does. */
  async function repeated(assignment: Assignment, messages: ChatMessage[], signal: AbortSignal) {
    const { acceptedText } = assignment;
    if (acceptedText === '' || continuation === 'flag') return '';
    if (continuation === 'none') return acceptedText;
    const trial = (text: string) =>
      chatCall({ ...assignment, acceptedText: text, maxTokens: 1 }, messages, settings);
    if (!(await echoes.has(assignment, (text) => generateBy(deps, trial(text), signal)))) return '';
    const last = messages.at(-1);
    const joined = last?.role === 'assistant' && typeof last.content === 'string';
    return joined ? last.content + acceptedText : acceptedText;
  }

  async function* chat(assignment: Assignment, messages: ChatMessage[], signal: AbortSignal) {
    const repetition = await repeated(assignment, messages, signal);
    const made = generateBy(deps, chatCall(assignment, messages, settings), signal);
    yield* repetition === '' ? made : withoutBeginning(made, repetition);
  }

  const complete = (assignment: Assignment, signal: AbortSignal) =>
    generateBy(deps, completionCall(assignment, baseUrl), signal);

  return {
    kind,
    features,
    models: async (signal) => listed(await askJson(deps, `${baseUrl}/models`, signal, LISTING)),
    async *generate(assignment, signal): AsyncGenerator<Generated> {
      const { task, inputText, messages, parameters } = assignment.request;
      const isChat = task === 'chat';
      if (task === 'completion') return yield* complete(assignment, signal);
      // Tools are nothing to a text.
      const isChatOnly = isChat && (!settings.writesChats || parameters.tools !== undefined);
      if (isChatOnly) return yield* chat(assignment, messages, signal);
      const asked: ChatMessage[] = isChat ? messages : [{ role: 'user', content: inputText }];
      yield* chats.firstOf(
        assignment.model,
        () => chat(assignment, asked, signal),
        () => complete(assignment, signal),
      );
    },
    embed: (assignment, signal) => embed(deps, baseUrl, assignment, signal),
  };
}

const LISTING = { maxBytes: MAX_LISTING_BYTES };

/** Remembers which models have no chat: a base model has no template for one. */
export class Chats {
  #without = new Set<string>();

  async *firstOf(
    model: string,
    chat: () => AsyncIterable<Generated>,
    complete: () => AsyncIterable<Generated>,
  ): AsyncGenerator<Generated> {
    if (this.#without.has(model)) return yield* complete();
    try {
      yield* chat();
    } catch (thrown) {
      if (!isWithoutChat(thrown)) throw thrown;
      yield* complete();
      this.#without.add(model);
    }
  }
}

/** Such a failure comes before the first piece. vLLM says 400 and what is missing. */
function isWithoutChat(thrown: unknown): boolean {
  if (!(thrown instanceof BackendFault) || thrown.status === null) return false;
  if ([404, 405, 501].includes(thrown.status)) return true;
  return [400, 422].includes(thrown.status) && /chat[ _]template/i.test(thrown.message);
}

function chatCall(
  assignment: Assignment,
  given: ChatMessage[],
  { baseUrl, continuation }: OpenAiSettings,
): StreamCall {
  const { messages, flags } = continued(given, assignment.acceptedText, continuation);
  // OpenAI itself refuses the old name, and others do not know the new one.
  const isOpenAi = new URL(baseUrl).hostname.endsWith('openai.com');
  const limit = isOpenAi ? 'max_completion_tokens' : 'max_tokens';
  return {
    url: `${baseUrl}/chat/completions`,
    body: {
      ...assignment.request.parameters,
      ...flags,
      model: assignment.model,
      messages,
      [limit]: tokensToAsk(assignment, continuation),
      ...STREAMED,
    },
    read: readChatChunk,
  };
}

/** A completion goes on from any text by itself. */
function completionCall(assignment: Assignment, baseUrl: string): StreamCall {
  const { request, acceptedText, model, maxTokens } = assignment;
  return {
    url: `${baseUrl}/completions`,
    body: {
      ...request.parameters,
      model,
      prompt: textOf(request) + acceptedText,
      max_tokens: maxTokens,
      ...STREAMED,
    },
    read: readCompletionChunk,
  };
}

/** What the model goes on from. */
function textOf(request: InferenceRequest): string {
  const text = plainPrompt(request);
  return request.task === 'chat' ? `${text}\n\nassistant: ` : text;
}

const STREAMED = { stream: true, stream_options: { include_usage: true } };

function listed(answer: unknown): HostModel[] {
  if (!Value.Check(MODELS, answer)) {
    throw passing('The backend lists its models in another way than its API promises.');
  }
  return answer.data.slice(0, MAX_MODELS).map(({ id, max_model_len, meta }) => ({
    name: id,
    maxTokens: max_model_len ?? meta?.n_ctx ?? meta?.n_ctx_train ?? DEFAULT_MAX_TOKENS,
  }));
}

async function embed(
  deps: StreamDeps,
  baseUrl: string,
  { model, request }: Assignment,
  signal: AbortSignal,
): Promise<Embedded> {
  const answer = await askJson(deps, `${baseUrl}/embeddings`, signal, {
    maxBytes: MAX_EMBEDDINGS_BYTES,
    json: { ...request.parameters, model, input: request.inputs, encoding_format: 'float' },
  });
  if (!Value.Check(EMBEDDINGS, answer) || answer.data.length !== request.inputs.length) {
    throw passing('The backend gave embeddings in another way than its API promises.');
  }
  const embeddings = [...answer.data]
    .sort((a, b) => a.index - b.index)
    .map(({ embedding }) => embedding);
  if (answer.usage == null) return { embeddings };
  return { embeddings, usage: { promptTokens: answer.usage.prompt_tokens, completionTokens: 0 } };
}
