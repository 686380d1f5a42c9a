import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler';
import type { FinishReason } from '../types';
import { BackendFault, passing, statusFault, wordsOf } from './fault';
import type { Usage } from './types';

/** What one event of a stream says. */
export interface Chunk {
  /** Empty when it says something else. */
  text: string;
  /** True when the model moves, if only in thought. */
  isAlive: boolean;
  finish?: FinishReason;
  usage?: Usage;
  toolCalls?: readonly unknown[];
}

const TEXT = Type.Optional(Type.Union([Type.String(), Type.Null()]));
/** A backend that counts more is not believed. */
const COUNT = Type.Integer({ minimum: 0, maximum: 100_000_000 });
const USAGE = Type.Optional(
  Type.Union([
    Type.Null(),
    Type.Object({ prompt_tokens: COUNT, completion_tokens: Type.Optional(COUNT) }),
  ]),
);

const CHAT = TypeCompiler.Compile(
  Type.Object({
    choices: Type.Array(
      Type.Object({
        delta: Type.Optional(
          Type.Object({
            content: TEXT,
            reasoning_content: TEXT,
            reasoning: TEXT,
            tool_calls: Type.Optional(Type.Union([Type.Array(Type.Unknown()), Type.Null()])),
          }),
        ),
        finish_reason: TEXT,
      }),
    ),
    usage: USAGE,
  }),
);

const COMPLETION = TypeCompiler.Compile(
  Type.Object({
    choices: Type.Array(Type.Object({ text: TEXT, finish_reason: TEXT })),
    usage: USAGE,
  }),
);

const TOKEN = TypeCompiler.Compile(
  Type.Object({
    token: Type.Object({ text: Type.String(), special: Type.Optional(Type.Boolean()) }),
    details: Type.Optional(
      Type.Union([
        Type.Null(),
        Type.Object({
          finish_reason: Type.String(),
          generated_tokens: COUNT,
          input_length: Type.Optional(COUNT),
        }),
      ]),
    ),
  }),
);

/** `reasoning_content` and `reasoning` are what the model thinks, which is nobody's answer. */
export function readChatChunk(data: unknown): Chunk {
  const { choices, usage } = checked(CHAT, data);
  const [choice] = choices;
  const { content, reasoning_content, reasoning, tool_calls } = choice?.delta ?? {};
  const text = content ?? '';
  const isCalling = tool_calls != null && tool_calls.length > 0;
  return {
    text,
    isAlive: text !== '' || isCalling || Boolean(reasoning_content) || Boolean(reasoning),
    ...finishOf(choice?.finish_reason),
    ...usageOf(usage),
    ...(isCalling ? { toolCalls: tool_calls } : {}),
  };
}

export function readCompletionChunk(data: unknown): Chunk {
  const { choices, usage } = checked(COMPLETION, data);
  const [choice] = choices;
  const text = choice?.text ?? '';
  return {
    text,
    isAlive: text !== '',
    ...finishOf(choice?.finish_reason),
    ...usageOf(usage),
  };
}

/** Of text-generation-inference. Special tokens, such as the end of a sequence, are no text. */
export function readTokenChunk(data: unknown): Chunk {
  const { token, details } = checked(TOKEN, data);
  const usage =
    details?.input_length === undefined
      ? null
      : { prompt_tokens: details.input_length, completion_tokens: details.generated_tokens };
  return {
    text: token.special === true ? '' : token.text,
    isAlive: true,
    ...finishOf(details?.finish_reason),
    ...usageOf(usage),
  };
}

/** Throws what an event of error says, or that it is none of the API's. */
function checked<Schema extends TSchema>(schema: TypeCheck<Schema>, data: unknown): Static<Schema> {
  if (schema.Check(data)) return data;
  const words = wordsOf(data);
  if (words === '') throw passing('The backend sent an event that its API does not promise.');
  const { error } = data as { error?: unknown };
  const code: unknown = typeof error === 'object' && error ? Reflect.get(error, 'code') : undefined;
  const isRefusal = typeof code === 'number' && !statusFault(code, '').retryable;
  throw new BackendFault(`The backend broke off: ${words}`, { retryable: !isRefusal });
}

const FINISHES: Record<string, FinishReason> = {
  stop: 'stop',
  eos_token: 'stop',
  stop_sequence: 'stop',
  length: 'length',
  model_length: 'length',
  tool_calls: 'tool_calls',
  function_call: 'tool_calls',
  content_filter: 'content_filter',
};
const BREAKS = new Set(['abort', 'error', 'cancelled', 'canceled']);

/** A reason that nobody knows is the end all the same, unless it says that something broke. */
function finishOf(reason: string | null | undefined): { finish?: FinishReason } {
  if (reason == null || reason === '') return {};
  if (BREAKS.has(reason)) throw passing('The backend broke off its answer.');
  return { finish: FINISHES[reason] ?? 'stop' };
}

function usageOf(usage: { prompt_tokens: number; completion_tokens?: number } | null | undefined): {
  usage?: Usage;
} {
  if (usage == null) return {};
  const { prompt_tokens: promptTokens, completion_tokens: completionTokens = 0 } = usage;
  return { usage: { promptTokens, completionTokens } };
}
