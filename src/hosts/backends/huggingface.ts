import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { Assignment } from '../types';
import { readTokenChunk } from './chunks';
import { passing } from './fault';
import { askJson } from './json-call';
import { Chats, createOpenAiBackend } from './openai';
import { generateBy, type StreamCall, type StreamDeps } from './stream';
import type { Backend, Generated } from './types';

const MAX_INFO_BYTES = 1_048_576;
const DEFAULT_MAX_TOKENS = 4_096;

const INFO = Type.Object({
  model_id: Type.String({ minLength: 1, maxLength: 200 }),
  max_total_tokens: Type.Optional(Type.Integer({ minimum: 1 })),
});

/**
 * text-generation-inference. At the root of a server, chats and embeddings are asked by its OpenAI
 * API, and texts by `/generate_stream`. An address with a path of its own is one endpoint that
 * takes texts and nothing else.
 */
export function createHuggingFaceBackend(deps: StreamDeps, url: string): Backend {
  const hasPath = new URL(url).pathname !== '/';
  const root = hasPath ? null : url.replace(/\/$/, '');
  const generateUrl = root === null ? url : `${root}/generate_stream`;
  const chats = new Chats();
  const byText = (assignment: Assignment, signal: AbortSignal) =>
    generateBy(deps, textCall(assignment, generateUrl), signal);
  if (root === null) return endpoint(byText);

  const openAi = createOpenAiBackend(deps, {
    kind: 'huggingface',
    baseUrl: `${root}/v1`,
    continuation: 'flag',
    features: ['chat', 'completions', 'embeddings', 'tools', 'response_format'],
    writesChats: false,
  });
  return {
    ...openAi,
    async models(signal) {
      const call = { maxBytes: MAX_INFO_BYTES };
      const info = await askJson(deps, `${root}/info`, signal, call);
      if (!Value.Check(INFO, info)) throw passing('The backend does not say what it serves.');
      return [{ name: info.model_id, maxTokens: info.max_total_tokens ?? DEFAULT_MAX_TOKENS }];
    },
    async *generate(assignment, signal): AsyncGenerator<Generated> {
      const { task, inputText } = assignment.request;
      if (task === 'completion') return yield* byText(assignment, signal);
      if (task === 'chat') return yield* openAi.generate(assignment, signal);
      yield* chats.firstOf(
        assignment.model,
        () => openAi.generate(asChat(assignment, inputText), signal),
        () => byText(assignment, signal),
      );
    },
  };
}

function asChat(assignment: Assignment, inputText: string): Assignment {
  const messages = [{ role: 'user' as const, content: inputText }];
  return { ...assignment, request: { ...assignment.request, task: 'chat', messages } };
}

function endpoint(
  byText: (assignment: Assignment, signal: AbortSignal) => AsyncIterable<Generated>,
) {
  const backend: Backend = {
    kind: 'huggingface',
    features: ['completions'],
    models: async () => null,
    async *generate(assignment, signal) {
      if (assignment.request.task === 'chat') throw textsOnly();
      yield* byText(assignment, signal);
    },
    async embed() {
      throw textsOnly();
    },
  };
  return backend;
}

function textsOnly() {
  return passing('This endpoint takes texts only, no chats and no embeddings.');
}

/** `stream` is for endpoints, which serve both ways at one address. */
function textCall(assignment: Assignment, url: string): StreamCall {
  const { request, acceptedText, maxTokens } = assignment;
  return {
    url,
    body: {
      inputs: request.inputText + acceptedText,
      parameters: {
        ...parametersOf(request.parameters),
        max_new_tokens: maxTokens,
        return_full_text: false,
        details: true,
      },
      stream: true,
    },
    read: readTokenChunk,
  };
}

/** Its names for the same, and its bounds: it refuses a temperature of 0 and a top_p of 1. */
function parametersOf(parameters: Record<string, unknown>): Record<string, unknown> {
  const { temperature, top_p, stop, presence_penalty, ...same } = parameters;
  if (presence_penalty) {
    throw passing('text-generation-inference knows no presence_penalty.');
  }
  return {
    ...same,
    ...(temperature === 0 ? { do_sample: false } : {}),
    ...(temperature ? { do_sample: true, temperature } : {}),
    ...(typeof top_p === 'number' && top_p < 1 ? { top_p } : {}),
    ...(stop == null ? {} : { stop: Array.isArray(stop) ? stop : [stop] }),
  };
}
