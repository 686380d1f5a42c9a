import type { FinishReason, InferenceView } from '../../hosts/types';
import { Fault } from '../../lib/fault';
import { type ToolCall, toolCallsOf } from './tool-calls';

const MICROS_PER_CREDIT = 1_000_000;

/** What an answer cost. */
export interface Usage {
  promptTokens: number;
  completionTokens: number;
  chargedMicros: number;
}

/** What every part of an answer says of it. */
export interface AnswerHead {
  jobId: string;
  createdMs: number;
  model: string;
}

/** Where in the message a source is cited, in UTF-16 code units, as all offsets of Sonde. */
export interface Annotation {
  type: 'url_citation';
  url_citation: { start_index: number; end_index: number; title: string; url: string };
}

/** How an answer ends. */
export interface Ending {
  /** The one that answered, which of an alias is another than was asked. */
  model: string;
  finishReason: FinishReason;
  toolCalls: ToolCall[];
  annotations: Annotation[];
  usage: Usage;
}

/** Throws Fault `unavailable` for a job that failed, and `conflict` for one that was canceled. */
export function assertUnbroken({ state, error }: Pick<InferenceView, 'state' | 'error'>): void {
  if (state === 'failed')
    throw new Fault('unavailable', error ?? 'no host could answer: try again');
  if (state === 'canceled')
    throw new Fault('conflict', 'this was canceled: ask again, with another Idempotency-Key');
}

/** Of a job that has ended. Throws as `assertUnbroken`. */
export function endingOf(view: InferenceView, toolCalls: unknown[] | null): Ending {
  assertUnbroken(view);
  const calls = toolCallsOf(view.id, toolCalls);
  return {
    model: view.servedModel ?? view.model,
    finishReason: calls.length > 0 ? 'tool_calls' : (view.finishReason ?? 'stop'),
    toolCalls: calls,
    annotations: [],
    usage: view,
  };
}

export const creditsOf = (micros: number) => micros / MICROS_PER_CREDIT;

export function usageDto({ promptTokens, completionTokens, chargedMicros }: Usage) {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    credits: creditsOf(chargedMicros),
  };
}

export const chatId = (jobId: string) => `chatcmpl-${jobId}`;
export const completionId = (jobId: string) => `cmpl-${jobId}`;
export const secondsOf = (ms: number) => Math.floor(ms / 1_000);

export function chatCompletion({ jobId, createdMs }: AnswerHead, text: string, ending: Ending) {
  const { model, finishReason, toolCalls, annotations, usage } = ending;
  const message = {
    role: 'assistant',
    content: text === '' && toolCalls.length > 0 ? null : text,
    refusal: null,
    ...(annotations.length > 0 ? { annotations } : {}),
    ...(toolCalls.length > 0 ? { tool_calls: toolCalls } : {}),
  };
  return {
    id: chatId(jobId),
    object: 'chat.completion',
    created: secondsOf(createdMs),
    model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason }],
    usage: usageDto(usage),
  };
}

export function textCompletion({ jobId, createdMs }: AnswerHead, text: string, ending: Ending) {
  const { model, finishReason, usage } = ending;
  return {
    id: completionId(jobId),
    object: 'text_completion',
    created: secondsOf(createdMs),
    model,
    choices: [{ index: 0, text, logprobs: null, finish_reason: finishReason }],
    usage: usageDto(usage),
  };
}
