import type { IncomingMessage } from 'node:http';
import type { Clock } from '../lib/clock';
import { readBody } from './body';
import { startDeadline } from './deadline';
import { errorWords } from './error-words';
import { statusFault } from './fetch-fault';
import { follow } from './follow';
import { type GuardedFetchDeps, wayOf } from './guarded-fetch';
import { parseTarget } from './target';
import type { ApiFetch } from './types';

/** What an error says beyond it, or later, is not waited for: its status is here. */
const MAX_ERROR_BYTES = 8_192;
const MAX_ERROR_MS = 2_000;

/** Under the guard of the pages' fetch: where an API is, the operator says, but not what its name
 * resolves to. Throws Fault `invalid_request` when `allow` holds what is no address and no range. */
export function createApiFetch(deps: GuardedFetchDeps): ApiFetch {
  const { clock, limits } = deps;
  const way = wayOf(deps);
  return {
    async request(url, { headers = {}, json, ...options }) {
      const { hostname } = parseTarget(url);
      const timeoutMs = Math.min(options.timeoutMs, limits.timeoutMs);
      const deadline = startDeadline(clock, timeoutMs, hostname, options.signal);
      try {
        const answer = await follow(way, url, {
          accept: options.accept,
          maxRedirects: 0,
          body: { maxBytes: Math.min(options.maxBytes, limits.maxBytes), overflow: 'fail' },
          signal: deadline.signal,
          headers,
          readError: (response, host) => readError(clock, response, host),
          ...(json === undefined ? {} : posting(headers, json)),
        });
        const { status, contentType, bytes } = answer;
        if (status < 200 || status >= 300) {
          const said = errorWords(bytes, Object.values(headers).flatMap(secretsOf));
          throw statusFault(answer.hostname, status, answer.retryAfter, clock.nowMs(), said);
        }
        return { url: answer.url, status, contentType, bytes };
      } finally {
        deadline.clear();
      }
    },
  };
}

function posting(headers: Record<string, string>, json: unknown) {
  const body = new TextEncoder().encode(JSON.stringify(json));
  const described = { 'Content-Type': 'application/json', 'Content-Length': String(body.length) };
  return { headers: { ...headers, ...described }, outgoing: { method: 'POST', body } } as const;
}

/** Of a header's value, what must not be repeated: `Bearer` may be. */
function secretsOf(value: string): string[] {
  return [value, value.slice(value.indexOf(' ') + 1)];
}

/** How it begins; nothing when it breaks off. */
async function readError(
  clock: Clock,
  response: IncomingMessage,
  hostname: string,
): Promise<Uint8Array> {
  const nothing = new Uint8Array(0);
  const late = Promise.withResolvers<Uint8Array>();
  const cancel = clock.after(MAX_ERROR_MS, () => late.resolve(nothing));
  const limits = { maxBytes: MAX_ERROR_BYTES, overflow: 'truncate' } as const;
  const read = readBody(response, response.headers['content-encoding'], hostname, limits);
  try {
    return await Promise.race([read, late.promise]);
  } catch {
    return nothing;
  } finally {
    cancel();
  }
}
