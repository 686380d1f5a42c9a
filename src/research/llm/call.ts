import type { Clock } from '../../lib/clock';
import { publicMessage } from '../../lib/fault';
import type { Chance } from '../../lib/ids';
import { pause } from '../../net/retry';
import type { Turns } from '../../net/turns';
import { LLM_PORTS } from '../kept';
import type { Llm, LlmCall } from '../ports';
import { countFailure, type LlmStage, type LlmStats } from './memory';
import { answered, type LlmOutcome, NOT_CALLED, OUT_OF_TIME, type PaidCall } from './outcome';
import { costUsdMicros } from './price';
import type { Purse } from './purse';

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
  /** In which the calls of all jobs are made; undefined for all at once. */
  turns: Turns | undefined;
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

/** One call, recorded and counted. Fails only when what is spent cannot be made durable. */
export async function callOnce(
  deps: CallDeps,
  options: CallOptions,
  call: LlmCall,
): Promise<LlmOutcome> {
  const { stage, llm, attempt } = options;
  const hash = hashOf(llm.model, call);
  const outcome = await deps.tape(`${LLM_PORTS}${stage}`, { model: llm.model, attempt, hash }, () =>
    spend(deps, options, call),
  );
  const use = deps.stats.stages[stage];
  if (outcome.isCalled) use.calls += 1;
  else use.refused += 1;
  if (outcome.isCalled && outcome.text === null) countFailure(use, outcome.error ?? '');
  use.inputTokens += outcome.inputTokens;
  use.outputTokens += outcome.outputTokens;
  use.costUsdMicros += outcome.costUsdMicros;
  return outcome;
}

/** Of all that is asked. A prompt holds a whole page, of which no copy is made for this. */
function hashOf(model: string, { messages, ...rest }: LlmCall): string {
  const shapes = messages.map(({ role, content }) => [role, content.length]);
  const hasher = new Bun.CryptoHasher('sha256').update(JSON.stringify([model, rest, shapes]));
  for (const { content } of messages) hasher.update(content);
  return hasher.digest('hex');
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
    if (signal.aborted) return { ...NOT_CALLED, error: `not asked: ${OUT_OF_TIME}` };
    if (await purse.reserve(stage, worst)) break;
    if (open.size === 0) {
      return { ...NOT_CALLED, error: 'not asked: the cost limit of the job leaves no room for it' };
    }
    await Promise.race(open);
  }
  const paid = inTurn(deps, { llm, call, inputTokens, worst, signal }).then(async (outcome) => {
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

/** The models' servers have room for so many calls at once, whoever makes them. */
const TURNS_KEY = 'the model';

/** The time of the call begins with its turn. */
async function inTurn({ turns }: CallDeps, paid: PaidCall): Promise<LlmOutcome> {
  const { signal } = paid;
  let end: (() => void) | undefined;
  try {
    end = await turns?.take(TURNS_KEY, signal);
  } catch (thrown) {
    const error = signal.aborted ? OUT_OF_TIME : publicMessage(thrown);
    return { ...NOT_CALLED, error: `not asked: ${error}` };
  }
  try {
    return await answered(paid);
  } finally {
    end?.();
  }
}
