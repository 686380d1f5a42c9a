import type { InferenceRequest, InferenceView, TokenPrice } from '../../hosts/types';
import { hasEnded } from '../../jobs/lifecycle';
import type { Asker } from '../../keys/types';
import { Fault, publicMessage } from '../../lib/fault';
import { sha256Hex } from '../../lib/ids';
import { usdMicrosToMicros } from '../../lib/money';
import { type Circuit, createCircuit } from '../../net/circuit';
import { startDeadline } from '../../net/deadline';
import { FetchFault } from '../../net/fetch-fault';
import type { RetryDeps } from '../../net/retry';
import { costUsdMicros } from '../llm/price';
import { maxInputTokens } from '../llm/tokens';
import type { Llm, LlmAnswer, LlmCall, LlmPrice } from '../ports';
import { isOutage } from './breaking';
import { isResearchModel, type Offer, offerOf, type PoolDoor } from './pool-offer';

export interface PoolChatDeps extends RetryDeps {
  hosts: PoolDoor;
}

export interface PoolChatOptions {
  /** A model of the pool, or an alias. */
  model: string;
  contextTokens: number;
  timeoutMs: number;
}

/** A research job, and who asked for it: whoever it is pays the hosts. */
export interface PayingJob {
  id: string;
  asker: Asker;
}

const TITLE = 'The pool';
/** The pool holds as if a byte were a token: so many bytes stand behind one that we count, at most
 * (two letters and the space before them). */
const BYTES_PER_TOKEN = 3;
/** Prices of the pool are micro-credits for a thousand tokens, those of a model millionths of a
 * dollar for a million. */
const USD_MICROS_PER_POOL_PRICE = 10;
const POOL_PRICES_PER_USD_TOKEN = 100_000_000_000;
const REFUSED_SECONDS = 1;
/** How often the same may be asked in a job: twice, and again after each restart. */
const MAX_TURNS = 20;

/**
 * A model of the team's own hosts, for one research job. Each call is an inference job of whoever
 * asked for the research, under the same key, with its own hold and its own bill.
 *
 * The price is that of the job's beginning, and hosts that ask for more do not get its calls: so no
 * call costs more than was reserved for it. What a call costs is its bill, whatever became of it. A
 * job that is taken up again finds its calls by their names (Idempotency-Key): what was answered to a
 * process that died is not paid twice.
 */
export function createPoolChat(deps: PoolChatDeps, options: PoolChatOptions, job: PayingJob): Llm {
  const chat = new PoolChat(deps, options, job);
  const { model, contextTokens } = options;
  // One for the job: what fails one asker is no word on the calls of another.
  const circuit: Circuit = createCircuit({
    ...deps,
    title: TITLE,
    isFailure: (thrown) => thrown instanceof FetchFault && isOutage(thrown),
  });
  return {
    model,
    contextTokens,
    price: chat.price,
    complete: (call, signal) => circuit.run(() => chat.complete(call, signal), signal),
  };
}

class PoolChat {
  /** The input counts as often as the pool holds for it. */
  readonly price: LlmPrice;
  #deps: PoolChatDeps;
  #options: PoolChatOptions;
  #job: PayingJob;
  #limit: TokenPrice;
  /** How often each request was made. */
  #turns = new Map<string, number>();
  /** A format was asked for and nothing came: the prompt says what is wanted too. */
  #isPlain = false;

  constructor(deps: PoolChatDeps, options: PoolChatOptions, job: PayingJob) {
    this.#deps = deps;
    this.#options = options;
    this.#job = job;
    this.#limit = offerOf(deps.hosts, options.model, deps.clock.nowMs()).price;
    const { inputMicros, outputMicros } = this.#limit;
    this.price = {
      inputUsdMicros: inputMicros * BYTES_PER_TOKEN * USD_MICROS_PER_POOL_PRICE,
      outputUsdMicros: outputMicros * USD_MICROS_PER_POOL_PRICE,
    };
  }

  async complete(call: LlmCall, signal: AbortSignal): Promise<LlmAnswer> {
    const { clock, hosts } = this.#deps;
    const { model, timeoutMs } = this.#options;
    const offer = offerOf(hosts, model, clock.nowMs(), this.#limit);
    assertAnswerable(model, offer);
    const request = this.#requestOf(call, offer);
    const view = await this.#submitted(request);
    const deadline = startDeadline(clock, timeoutMs, TITLE, signal);
    try {
      return await this.#answered(view.id, this.#isAffordable(call, view), deadline.signal);
    } catch (thrown) {
      if (request.parameters.response_format !== undefined) this.#isPlain = true;
      throw thrown;
    } finally {
      deadline.clear();
    }
  }

  #requestOf({ messages, schema, maxOutputTokens }: LlmCall, offer: Offer): InferenceRequest {
    const takesFormat = offer.ready.some(({ features }) => features.includes('response_format'));
    const isFormatted = schema !== undefined && takesFormat && !this.#isPlain;
    const dearest = Math.max(this.#limit.inputMicros, this.#limit.outputMicros);
    return {
      task: 'chat',
      model: this.#options.model,
      inputText: '',
      messages: messages.map(({ role, content }) => ({ role, content })),
      inputs: [],
      maxTokens: Math.min(maxOutputTokens, offer.maxTokens),
      parameters: {
        temperature: 0,
        ...(isFormatted
          ? { response_format: { type: 'json_schema', json_schema: { ...schema, strict: true } } }
          : {}),
      },
      maxPricePerToken: dearest / POOL_PRICES_PER_USD_TOKEN,
    };
  }

  /** A new job, or that of an earlier life of the research job which is not lost. Nothing is billed
   * when it throws. */
  async #submitted(request: InferenceRequest): Promise<InferenceView> {
    const { inference } = this.#deps.hosts;
    const hash = sha256Hex(JSON.stringify(request));
    for (;;) {
      const turn = (this.#turns.get(hash) ?? 0) + 1;
      this.#turns.set(hash, turn);
      if (turn > MAX_TURNS) throw notAsked('this was asked too often already');
      const key = `research/${this.#job.id}/${hash}/${turn}`;
      const { view, existing } = await inference
        .submit(this.#job.asker, request, key)
        .catch((thrown: unknown) => {
          throw notAsked(publicMessage(thrown), thrown);
        });
      if (!existing || view.state === 'done' || !hasEnded(view.state)) return view;
    }
  }

  /** By what was reserved for it; the prices of the pool may have changed since. */
  #isAffordable(call: LlmCall, { heldMicros }: InferenceView): boolean {
    const reservedUsdMicros = costUsdMicros(this.price, {
      inputTokens: maxInputTokens(call),
      outputTokens: call.maxOutputTokens,
    });
    return heldMicros <= usdMicrosToMicros(reservedUsdMicros);
  }

  async #answered(id: string, isWanted: boolean, signal: AbortSignal): Promise<LlmAnswer> {
    const { inference } = this.#deps.hosts;
    let text = '';
    if (isWanted) {
      for await (const part of inference.follow(id, 0, signal)) {
        if (part.type === 'end') return this.#answerOf(part.view, text, 'was canceled');
        text += part.pieces.join('');
      }
    }
    // A Fault says that it has ended by itself.
    await inference.cancel(id).catch((thrown: unknown) => {
      if (!(thrown instanceof Fault)) throw thrown;
    });
    const view = await inference.view(id);
    if (!view || !hasEnded(view.state)) {
      throw new Fault('unavailable', 'the pool does not say what became of the call');
    }
    const failure = isWanted ? 'did not answer in time' : 'asks for more than when the job began';
    return this.#answerOf(view, await inference.text(id), failure);
  }

  /** What was billed is the answer, however short it was cut. `failure` is what the pool did when there
   * is none, and the view has no word on it. */
  #answerOf(view: InferenceView, text: string, failure: string): LlmAnswer {
    const { state, error, promptTokens, completionTokens, chargedMicros, servedModel } = view;
    const isCutOff = state === 'canceled' || view.finishReason === 'length';
    if (state !== 'done' && (state === 'failed' || text === '')) {
      const message = error ?? `${TITLE} ${failure}.`;
      throw new FetchFault('status', message, { status: state === 'failed' ? 502 : 504 });
    }
    return {
      text,
      isCutOff,
      usage: { inputTokens: promptTokens, outputTokens: completionTokens },
      model: servedModel ?? this.#options.model,
      costUsdMicros: Math.ceil(chargedMicros / usdMicrosToMicros(1)),
    };
  }
}

function assertAnswerable(model: string, { models, ready }: Offer): void {
  if ([model, ...models].some(isResearchModel)) {
    throw notAsked(`${model} is a model that runs research itself`);
  }
  if (ready.length === 0) throw notAsked(`no host of the pool can answer as ${model} now`);
}

/** As an open circuit has it: nobody was called. */
function notAsked(message: string, cause?: unknown): Fault {
  return new Fault('unavailable', `not asked: ${message}`, {
    cause,
    retryAfterSeconds: REFUSED_SECONDS,
  });
}
