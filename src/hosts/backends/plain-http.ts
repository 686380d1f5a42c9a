import type { BackendAnswer, BackendHttp } from './types';

/** For the operator's own backend, which may be anywhere: nothing is guarded. */
export const plainHttp: BackendHttp = {
  post: (url, json, headers, signal) =>
    ask(url, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: JSON.stringify(json),
      signal,
    }),
  get: (url, headers, signal) => ask(url, { headers, signal }),
};

async function ask(url: string, init: BunFetchRequestInit): Promise<BackendAnswer> {
  // Bun ends what is quiet for five minutes; the limits that count are our own.
  const response = await fetch(url, { ...init, redirect: 'manual', timeout: false });
  return { status: response.status, body: response.body ?? nothing() };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
