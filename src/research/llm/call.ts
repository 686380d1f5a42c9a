import type { Clock } from '../../lib/clock';
import { Fault, publicMessage } from '../../lib/fault';
import { type Chance, sha256Hex } from '../../lib/ids';
import { FetchFault } from '../../net/fetch-fault';
import { pause, pauseBeforeRetryMs } from '../../net/retry';
import type { Llm, LlmCall } from '../ports';
import type { LlmStage, LlmStats } from './memory';
import { costUsdMicros } from './price';
import type { Purse } from './purse';

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
}

/** Makes a call and keeps its outcome in the trace, or repeats what a trace has. */
export type LlmTape = (
  port: string,
  request: { model: string; attempt: number; hash: string },
  make: () => Promise<LlmOutcome>,
) => Promise<LlmOutcome>;

export interface CallDeps {
  clock: Clock;
  chance: Chance;
  purse: Purse;
  tape: LlmTape;
  stats: LlmStats;
  /** The calls of the job that are under way, each until what it did not cost is given back. */
  open: Set<Promise<unknown>>;
}

export interface CallOptions {
  stage: LlmStage;
  llm: Llm;
  /** 1 for the first time. */
  attempt: number;
  /** The most that the call can have. */
  inputTokens: number;
  /** To wait before the call is made; 0 for not at all. A replay makes no call, and does not wait. */
  pauseMs: number;
  signal: AbortSignal;
}

const PAUSE_JITTER_MS = 250;

const NOT_CALLED = {
  text: null,
  isCalled: false,
  inputTokens: 0,
  outputTokens: 0,
  costUsdMicros: 0,
  pauseMs: null,
};

/** One call, recorded and counted. Fails only when what is spent cannot be made durable. */
export async function callOnce(
  deps: CallDeps,
  options: CallOptions,
  call: LlmCall,
): Promise<LlmOutcome> {
  const { stage, llm, attempt } = options;
  const hash = sha256Hex(JSON.stringify([llm.model, call]));
  const outcome = await deps.tape(`llm.${stage}`, { model: llm.model, attempt, hash }, () =>
    spend(deps, options, call),
  );
  const use = deps.stats.stages[stage];
  if (outcome.isCalled) use.calls += 1;
  else use.refused += 1;
  if (outcome.isCalled && outcome.text === null) use.failures += 1;
  use.inputTokens += outcome.inputTokens;
  use.outputTokens += outcome.outputTokens;
  use.costUsdMicros += outcome.costUsdMicros;
  return outcome;
}

/**
 * The worst cost of the call is reserved before it is made. What does not fit beside the calls under
 * way waits for what they give back. What the answer did not cost is given back; a call that was
 * refused costs nothing; one that broke off may have been billed, and stays counted in full.
 */
async function spend(
  deps: CallDeps,
  { stage, llm, inputTokens, pauseMs, signal }: CallOptions,
  call: LlmCall,
): Promise<LlmOutcome> {
  const { purse, open } = deps;
  if (pauseMs > 0) await waited(deps, pauseMs, signal);
  const worst = costUsdMicros(llm.price, {
    inputTokens,
    outputTokens: call.maxOutputTokens,
  });
  for (;;) {
    if (signal.aborted) return { ...NOT_CALLED, error: 'not asked: the time of the job was over' };
    if (await purse.reserve(stage, worst)) break;
    if (open.size === 0) {
      return { ...NOT_CALLED, error: 'not asked: the cost limit of the job leaves no room for it' };
    }
    await Promise.race(open);
  }
  const paid = answered(llm, call, signal, worst).then(async (outcome) => {
    await purse.giveBack(worst - outcome.costUsdMicros);
    return outcome;
  });
  const ended: Promise<unknown> = paid.then(
    () => open.delete(ended),
    () => open.delete(ended),
  );
  open.add(ended);
  return paid;
}

/** Cut short when the time is over: the call then is not made. */
async function waited({ clock, chance }: CallDeps, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await pause(clock, ms + chance.fraction() * PAUSE_JITTER_MS, signal).catch(() => {});
}

async function answered(
  llm: Llm,
  call: LlmCall,
  signal: AbortSignal,
  worst: number,
): Promise<LlmOutcome> {
  try {
    const { text, usage, costUsdMicros: cost } = await llm.complete(call, signal);
    // Who is charged for more than was asked for is not the asker.
    const outcome = { isCalled: true, error: null, costUsdMicros: Math.min(worst, cost) };
    return { ...outcome, text, ...usage, pauseMs: null };
  } catch (thrown) {
    const isCalled = !isLeftAlone(thrown);
    return {
      ...NOT_CALLED,
      isCalled,
      error: signal.aborted ? 'the time of the job was over' : publicMessage(thrown),
      costUsdMicros: isCalled && !wasNotBilled(thrown) ? worst : 0,
      pauseMs: signal.aborted ? null : pauseBeforeRetryMs(thrown),
    };
  }
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
  return status !== null || isUnsent || codeOf(cause) === 'ECONNREFUSED';
}

function codeOf(cause: unknown): unknown {
  return cause instanceof Error ? Reflect.get(cause, 'code') : undefined;
}
