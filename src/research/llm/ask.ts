import type { Static, TSchema } from '@sinclair/typebox';
import type { Llm, LlmCall, LlmMessage } from '../ports';
import { type CallDeps, callOnce } from './call';
import type { LlmStage } from './memory';
import { readJson } from './repair';
import { maxInputTokens } from './tokens';

export interface Question<Schema extends TSchema> {
  stage: LlmStage;
  llm: Llm;
  name: string;
  schema: Schema;
  messages: LlmMessage[];
  maxOutputTokens: number;
  signal: AbortSignal;
}

/** One, and one more when it fails in whatever way. */
const MAX_CALLS = 2;

/**
 * What a model answers, valid against the schema; undefined when it does not answer, answers
 * nonsense twice, or the money, the time or the context has no room for the question: whoever asks
 * has rules to fall back on. Nothing that a model or its server does makes it throw.
 */
export async function ask<Schema extends TSchema>(
  deps: CallDeps,
  question: Question<Schema>,
): Promise<Static<Schema> | undefined> {
  const { stage, llm, schema, signal } = question;
  const call = callOf(question);
  const inputTokens = maxInputTokens(call);
  if (inputTokens + call.maxOutputTokens > llm.contextTokens) return undefined;
  let pauseMs = 0;
  for (let attempt = 1; attempt <= MAX_CALLS; attempt += 1) {
    const outcome = await callOnce(
      deps,
      { stage, llm, attempt, inputTokens, pauseMs, signal },
      call,
    );
    if (outcome.text === null) {
      if (outcome.pauseMs === null) return undefined;
      pauseMs = outcome.pauseMs;
      continue;
    }
    pauseMs = 0;
    const value = readJson(schema, outcome.text);
    if (value !== undefined) return value;
    deps.stats.stages[stage].failures += 1;
  }
  return undefined;
}

function callOf({ name, schema, messages, maxOutputTokens }: Question<TSchema>): LlmCall {
  // A schema of typebox holds symbols beside what JSON says.
  const plain = JSON.parse(JSON.stringify(schema)) as Record<string, unknown>;
  return { messages, schema: { name, schema: plain }, maxOutputTokens };
}
