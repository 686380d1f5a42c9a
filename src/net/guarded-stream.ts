import type { Clock } from '../lib/clock';
import { createAddressPolicy } from './addresses';
import { beforeAbort } from './deadline';
import { type Exchange, exchange, type Outgoing } from './exchange';
import { FetchFault } from './fetch-fault';
import { parseTarget, type Resolve, systemResolve, type Target, vetTarget } from './target';

/** The way out for answers that come piece by piece from an address that a user gave. Any status is
 * an answer, a redirect too: none is followed. Throws FetchFault when there is no answer, and the
 * signal's reason when it is aborted. */
export interface GuardedStream {
  post(
    url: string,
    json: unknown,
    headers: Record<string, string>,
    signal: AbortSignal,
  ): Promise<StreamedAnswer>;
  get(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<StreamedAnswer>;
}

export interface StreamedAnswer {
  status: number;
  /** Throws FetchFault when it stalls, breaks off or grows too large. The connection stays open
   * until it is read to its end or left, or until the signal is aborted: do one of them. */
  body: AsyncIterable<Uint8Array>;
}

export interface GuardedStreamDeps {
  clock: Clock;
  userAgent: string;
  /** Addresses and CIDR ranges that may be called although they are not public. */
  allow: readonly string[];
  limits: {
    /** Until the headers have come. */
    headersMs: number;
    /** Between two chunks of the body. */
    stallMs: number;
    maxBytes: number;
  };
  /** The machine's own resolver if absent. */
  resolve?: Resolve;
}

/** Throws Fault `invalid_request` when `allow` holds what is no address and no range. */
export function createGuardedStream(deps: GuardedStreamDeps): GuardedStream {
  const { userAgent, resolve = systemResolve } = deps;
  const policy = createAddressPolicy(deps.allow);

  async function ask(
    url: string,
    headers: Record<string, string>,
    caller: AbortSignal,
    outgoing?: Outgoing,
  ): Promise<StreamedAnswer> {
    const target = parseTarget(url);
    const timer = startTimer(deps, target, caller);
    try {
      const addresses = await beforeAbort(vetTarget(target, policy, resolve), timer.signal);
      const sent = { ...headers, 'User-Agent': userAgent, 'Accept-Encoding': 'identity' };
      const made = await exchange(target, addresses, sent, timer.signal, outgoing);
      timer.begin();
      return { status: made.status, body: chunksOf(made, target, deps.limits.maxBytes, timer) };
    } catch (thrown) {
      timer.clear();
      throw thrown;
    }
  }

  return {
    post(url, json, headers, signal) {
      const body = new TextEncoder().encode(JSON.stringify(json));
      const described = {
        ...headers,
        'Content-Type': 'application/json',
        'Content-Length': String(body.length),
      };
      return ask(url, described, signal, { method: 'POST', body });
    },
    get: (url, headers, signal) => ask(url, headers, signal),
  };
}

interface StallTimer {
  readonly signal: AbortSignal;
  /** The headers are here: from now on the chunks are waited for. */
  begin(): void;
  beat(): void;
  clear(): void;
}

/** Fires at most once a limit, however many chunks come. */
function startTimer(
  { clock, limits }: GuardedStreamDeps,
  { hostname }: Target,
  caller: AbortSignal,
): StallTimer {
  const own = new AbortController();
  let lastMs = clock.nowMs();
  const stop = (text: string) => own.abort(new FetchFault('timeout', `${hostname} ${text}`));
  let cancel = clock.after(limits.headersMs, () =>
    stop(`did not answer within ${limits.headersMs / 1000} s.`),
  );
  const clear = () => {
    cancel();
    caller.removeEventListener('abort', clear);
  };
  caller.addEventListener('abort', clear, { once: true });
  const arm = (delayMs: number) => {
    cancel = clock.after(delayMs, () => {
      const quietMs = clock.nowMs() - lastMs;
      if (quietMs < limits.stallMs) arm(limits.stallMs - quietMs);
      else stop(`sent nothing more for ${limits.stallMs / 1000} s.`);
    });
  };
  const beat = () => {
    lastMs = clock.nowMs();
  };
  return {
    signal: AbortSignal.any([own.signal, caller]),
    begin() {
      cancel();
      beat();
      arm(limits.stallMs);
    },
    beat,
    clear,
  };
}

async function* chunksOf(
  { response, close }: Exchange,
  { hostname }: Target,
  maxBytes: number,
  timer: StallTimer,
): AsyncGenerator<Uint8Array> {
  let length = 0;
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      timer.beat();
      length += chunk.length;
      if (length > maxBytes) {
        throw new FetchFault('too_large', `${hostname} sent more than ${maxBytes} bytes.`);
      }
      yield chunk;
    }
    if (!response.complete) throw brokenOff(hostname);
  } catch (thrown) {
    if (timer.signal.aborted) throw timer.signal.reason;
    throw thrown instanceof FetchFault ? thrown : brokenOff(hostname, thrown);
  } finally {
    timer.clear();
    close();
  }
}

function brokenOff(hostname: string, cause?: unknown): FetchFault {
  return new FetchFault('connection', `The connection to ${hostname} broke off.`, { cause });
}
