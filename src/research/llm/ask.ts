import type { Static, TSchema } from '@sinclair/typebox';
import type { Llm, LlmCall, LlmMessage } from '../ports';
import { type CallDeps, callOnce } from './call';
import { countFailure, type LlmStage } from './memory';
import { readJson } from './repair';
import { maxInputTokens, outputTokens } from './tokens';

export interface Question<Schema extends TSchema> {
  stage: LlmStage;
  llm: Llm;
  name: string;
  schema: Schema;
  /** What is asked when so many tokens are left for it beside the answer; undefined when that is too
   * little to ask anything. */
  prompt(room: number): LlmMessage[] | undefined | Promise<LlmMessage[] | undefined>;
  /** As long as an answer may be; a small context allows less. */
  maxOutputTokens: number;
  signal: AbortSignal;
}

/** One, and one more when it fails in whatever way. */
const MAX_CALLS = 2;

/** How a call differs from the one before it, which came to nothing: at temperature 0 the same would
 * come to the same. */
interface Way {
  /** What the model is believed to take. */
  contextTokens: number;
  /** An answer was cut off: the next one may be longer, as far as the context allows. */
  isWide: boolean;
  /** An answer could not be read: the next one is asked to be brief. */
  isTerse: boolean;
  pauseMs: number;
}

const TERSE = 'Answer with the JSON alone, as short as it can be, and at once: do not think aloud.';
/** For that sentence. */
const TERSE_TOKENS = 100;

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
  const { contextTokens } = llm;
  let way: Way = { contextTokens, isWide: false, isTerse: false, pauseMs: 0 };
  for (let attempt = 1; attempt <= MAX_CALLS; attempt += 1) {
    const sent = await callOf(question, way);
    if (!sent) return undefined;
    const { call, inputTokens } = sent;
    const { pauseMs } = way;
    const outcome = await callOnce(
      deps,
      { stage, llm, attempt, inputTokens, pauseMs, signal },
      call,
    );
    if (outcome.text !== null) {
      const value = readJson(schema, outcome.text);
      if (value !== undefined) return value;
      const isCutOff = outcome.isCutOff === true;
      countFailure(deps.stats.stages[stage], unreadable(outcome.text, isCutOff));
      way = { ...way, isWide: isCutOff, isTerse: true, pauseMs: 0 };
    } else if (outcome.contextTokens !== undefined) {
      way = { ...way, contextTokens: outcome.contextTokens, pauseMs: 0 };
    } else {
      if (outcome.pauseMs === null) return undefined;
      way = { ...way, pauseMs: outcome.pauseMs };
    }
  }
  return undefined;
}

/** With the most tokens that its prompt can have; undefined when it does not fit. */
async function callOf(
  question: Question<TSchema>,
  { contextTokens, isWide, isTerse }: Way,
): Promise<{ call: LlmCall; inputTokens: number } | undefined> {
  const { name, schema } = question;
  const usual = outputTokens({ contextTokens }, question.maxOutputTokens);
  const room = contextTokens - usual - (isTerse ? TERSE_TOKENS : 0);
  const messages = await question.prompt(room);
  if (!messages) return undefined;
  // A schema of typebox holds symbols beside what JSON says.
  const plain = JSON.parse(JSON.stringify(schema)) as Record<string, unknown>;
  const call: LlmCall = {
    messages: isTerse ? tersely(messages) : messages,
    schema: { name, schema: plain },
    maxOutputTokens: usual,
  };
  const inputTokens = maxInputTokens(call);
  const left = contextTokens - inputTokens;
  if (left < usual) return undefined;
  if (isWide) call.maxOutputTokens = Math.min(2 * usual, left);
  return { call, inputTokens };
}

/** Among the rules: some templates take no two messages in a row of one role. */
function tersely(messages: readonly LlmMessage[]): LlmMessage[] {
  return messages.map((message) =>
    message.role === 'system' ? { ...message, content: `${message.content} ${TERSE}` } : message,
  );
}

function unreadable(text: string, isCutOff: boolean): string {
  if (text.trim() === '') return 'its answer was empty, or thoughts alone';
  return isCutOff
    ? 'its answer was cut off at its limit of tokens'
    : 'its answer was not the JSON that was asked for';
}
