import { apiFault, readError } from './api-error';
import { startDeadline } from './deadline';
import { follow } from './follow';
import { type GuardedFetchDeps, wayOf } from './guarded-fetch';
import { parseTarget } from './target';
import type { ApiFetch } from './types';

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
          readError: (response, host) =>
            readError(clock, response, response.headers['content-encoding'], host),
          ...(json === undefined ? {} : posting(headers, json)),
        });
        const { status, contentType, bytes } = answer;
        if (status < 200 || status >= 300) throw apiFault(answer, headers, clock.nowMs());
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
