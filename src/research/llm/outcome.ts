import { Fault, publicMessage } from '../../lib/fault';
import { errorCode, FetchFault } from '../../net/fetch-fault';
import { pauseBeforeRetryMs } from '../../net/retry';
import type { Llm, LlmCall } from '../ports';
import { isContextOverflow, shorterContext } from './overflow';

/** What came of one call: all of it data, so that a replay goes the same way. */
export interface LlmOutcome {
  /** Null when there is no answer. */
  text: string | null;
  /** Why there is none. */
  error: string | null;
  /** False when nobody was called: there was no money for it, or no time. */
  isCalled: boolean;
  inputTokens: number;
  outputTokens: number;
  costUsdMicros: number;
  /** How long to wait before the same is asked again; null when that makes no sense. */
  pauseMs: number | null;
  /** Set when the answer came to its limit of tokens. */
  isCutOff?: true;
  /** Set when the prompt was too long: for which context it may be asked again. */
  contextTokens?: number;
}

export const OUT_OF_TIME = 'the time for it was over';

export const NOT_CALLED = {
  text: null,
  isCalled: false,
  inputTokens: 0,
  outputTokens: 0,
  costUsdMicros: 0,
  pauseMs: null,
};

/** What can be paid. */
export interface PaidCall {
  llm: Llm;
  call: LlmCall;
  inputTokens: number;
  /** The most that it can cost. */
  worst: number;
  signal: AbortSignal;
}

/** Makes the call. */
export async function answered(paid: PaidCall): Promise<LlmOutcome> {
  const { llm, call, worst, signal } = paid;
  try {
    const { text, isCutOff, usage, costUsdMicros: cost } = await llm.complete(call, signal);
    // Who is charged for more than was asked for is not the asker.
    const outcome = { isCalled: true, error: null, costUsdMicros: Math.min(worst, cost) };
    return { ...outcome, text, ...usage, pauseMs: null, ...(isCutOff ? { isCutOff } : {}) };
  } catch (thrown) {
    const isCalled = !isLeftAlone(thrown);
    const { maxOutputTokens } = call;
    const sent = { inputTokens: paid.inputTokens, maxOutputTokens };
    return {
      ...NOT_CALLED,
      isCalled,
      error: signal.aborted ? OUT_OF_TIME : errorOf(thrown),
      costUsdMicros: isCalled && !wasNotBilled(thrown) ? worst : 0,
      pauseMs: signal.aborted ? null : pauseBeforeRetryMs(thrown),
      ...(isContextOverflow(thrown) ? { contextTokens: shorterContext(thrown, sent) } : {}),
    };
  }
}

/** For operators, with the words of the server. */
function errorOf(thrown: unknown): string {
  const said = thrown instanceof FetchFault && thrown.said ? ` It says: “${thrown.said}”.` : '';
  const remedy = isContextOverflow(thrown)
    ? ' Set SONDE_LLM_CONTEXT_TOKENS to what the model takes.'
    : '';
  return `${publicMessage(thrown)}${said}${remedy}`;
}

/** An open circuit says when it will close, and calls nobody. */
function isLeftAlone(thrown: unknown): boolean {
  const isFetched = thrown instanceof FetchFault;
  return thrown instanceof Fault && !isFetched && thrown.retryAfterSeconds !== undefined;
}

/** It did not get there, or was answered with an error. */
function wasNotBilled(thrown: unknown): boolean {
  if (!(thrown instanceof FetchFault)) return false;
  const { status, reason, cause } = thrown;
  const isUnsent = reason === 'refused' || reason === 'name_not_found';
  return status !== null || isUnsent || errorCode(cause) === 'ECONNREFUSED';
}
