import type { Clock } from '../lib/clock';
import { apiFault, readError } from './api-error';
import { ACCEPT_ENCODING, readBody } from './body';
import { startDeadline } from './deadline';
import { connectionFault, errorCode, FetchFault } from './fetch-fault';
import type { FetchLimits } from './guarded-fetch';
import { parseTarget, type Target } from './target';
import type { ApiFetch, ApiRequest } from './types';

export interface OperatorApiDeps {
  clock: Clock;
  userAgent: string;
  limits: Omit<FetchLimits, 'maxRedirects'>;
}

/** A server closes what it kept open at a moment of its choosing: the request that meets it there
 * is reset at once. What is reset later may have been worked on, and is not sent again. */
const STALE_MS = 1_000;

/**
 * For an API that the operator named by its whole address: it may be anywhere, so there is nothing
 * to guard, and a connection is kept for the next call. A redirect is a failure here too.
 */
export function createOperatorApi(deps: OperatorApiDeps): ApiFetch {
  const { clock, limits } = deps;
  return {
    async request(url, options) {
      const target = parseTarget(url);
      const timeoutMs = Math.min(options.timeoutMs, limits.timeoutMs);
      const deadline = startDeadline(clock, timeoutMs, target.hostname, options.signal);
      const done = new AbortController();
      try {
        const signal = AbortSignal.any([deadline.signal, done.signal]);
        const response = await send(deps, target, options, signal);
        return await answerOf(deps, target, response, options);
      } catch (thrown) {
        throw deadline.signal.aborted
          ? deadline.signal.reason
          : connectionFault(target.hostname, thrown);
      } finally {
        deadline.clear();
        // An answer that was not read to its end would go on being received.
        done.abort();
      }
    },
  };
}

async function send(
  { clock, userAgent }: OperatorApiDeps,
  { url }: Target,
  { accept, headers, json }: ApiRequest,
  signal: AbortSignal,
): Promise<Response> {
  const described = json === undefined ? {} : { 'Content-Type': 'application/json' };
  // Made when it is sent: a prompt holds a whole page, and would lie here while the model answers.
  const posted = () => (json === undefined ? {} : { method: 'POST', body: JSON.stringify(json) });
  const request = {
    headers: {
      'User-Agent': userAgent,
      Accept: accept,
      'Accept-Encoding': ACCEPT_ENCODING,
      ...described,
      ...headers,
    },
    signal,
    redirect: 'manual',
    // Its own limit of five minutes, its own decoding, which has no limit, and a proxy that the
    // environment names are all off.
    timeout: false,
    decompress: false,
    proxy: false,
  } as BunFetchRequestInit;
  const startMs = clock.nowMs();
  try {
    return await fetch(url, { ...posted(), ...request });
  } catch (thrown) {
    const isStale = errorCode(thrown) === 'ECONNRESET' && clock.nowMs() - startMs < STALE_MS;
    if (!isStale || signal.aborted) throw thrown;
    return fetch(url, { ...posted(), ...request, keepalive: false });
  }
}

async function answerOf(
  { clock, limits }: OperatorApiDeps,
  { url, hostname }: Target,
  { status, headers, body }: Response,
  options: ApiRequest,
) {
  const chunks = body ?? nothing();
  const encoding = headers.get('content-encoding') ?? undefined;
  if (status >= 300 && status < 400) {
    throw new FetchFault('redirect', `${hostname} redirects, which is not followed.`, { status });
  }
  if (status < 200 || status >= 300) {
    const bytes = await readError(clock, chunks, encoding, hostname);
    const retryAfter = headers.get('retry-after') ?? undefined;
    throw apiFault({ hostname, status, retryAfter, bytes }, options.headers ?? {}, clock.nowMs());
  }
  const maxBytes = Math.min(options.maxBytes, limits.maxBytes);
  const bytes = await readBody(chunks, encoding, hostname, { maxBytes, overflow: 'fail' });
  return { url: url.href, status, contentType: headers.get('content-type'), bytes };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
