import type { Clock } from '../lib/clock';
import type { AddressPolicy } from './addresses';
import { ACCEPT_ENCODING, readBody } from './body';
import { beforeAbort, startDeadline } from './deadline';
import { exchange } from './exchange';
import { parseTarget, type Resolve, systemResolve, vetTarget } from './target';

const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 64 * 1_024;

export interface FormAnswer {
  /** Any: a token endpoint says in words what it refuses. */
  status: number;
  bytes: Uint8Array;
}

/** Posts a form once. No redirect is followed: the form holds secrets that are for one address.
 * Throws Fault `fetch_refused` or `fetch_failed`, as the guarded fetch does. */
export type FormPost = (url: string, form: URLSearchParams) => Promise<FormAnswer>;

export interface FormPostDeps {
  clock: Clock;
  policy: AddressPolicy;
  userAgent: string;
  /** The machine's own resolver if absent. */
  resolve?: Resolve;
}

export function createFormPost(deps: FormPostDeps): FormPost {
  const { clock, policy, userAgent, resolve = systemResolve } = deps;
  return async (url, form) => {
    const target = parseTarget(url);
    const { signal, clear } = startDeadline(clock, TIMEOUT_MS, target.hostname);
    const body = new TextEncoder().encode(form.toString());
    const headers = {
      'User-Agent': userAgent,
      Accept: 'application/json',
      'Accept-Encoding': ACCEPT_ENCODING,
      'Content-Type': 'application/x-www-form-urlencoded',
      'Content-Length': String(body.length),
    };
    try {
      const addresses = await beforeAbort(vetTarget(target, policy, resolve), signal);
      const sent = exchange(target, addresses, headers, signal, { method: 'POST', body });
      const { response, status, close } = await sent;
      try {
        const encoding = response.headers['content-encoding'];
        const limits = { maxBytes: MAX_ANSWER_BYTES, overflow: 'fail' } as const;
        const bytes = readBody(response, encoding, target.hostname, limits);
        return { status, bytes: await beforeAbort(bytes, signal) };
      } finally {
        close();
      }
    } finally {
      clear();
    }
  };
}
