import { Fault } from '../../lib/fault';
import { FetchFault } from '../../net/fetch-fault';
import { type RetryDeps, withOneRetry } from '../../net/retry';
import type { ApiFetch } from '../../net/types';

/** What an adapter of a search API needs. */
export interface ApiDeps extends RetryDeps {
  api: ApiFetch;
  /** Another address of the API. */
  baseUrl?: string;
}

/** For an API that is used by account. */
export interface KeyedApiDeps extends ApiDeps {
  apiKey: string;
}

export interface Vendor {
  /** As people call it. */
  title: string;
  /** What to do when it answers 401 or 403. */
  refusedRemedy: string;
}

export interface ApiCall {
  url: string;
  headers?: Record<string, string>;
  /** Sent by POST. */
  json?: unknown;
  accept?: string;
}

const MAX_BYTES = 2 * 1024 * 1024;
const TIMEOUT_MS = 10_000;

/** Payment required, and what Tavily answers instead: the limit of the plan, of the account. */
const USED_UP = new Set([402, 432, 433]);

/** The bytes of an API's answer; asked once more after what may pass. Throws a Fault that says in the
 * operator's terms what is to be done. */
export async function askApi(
  vendor: Vendor,
  { accept = 'application/json', ...call }: ApiCall,
  deps: ApiDeps,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const limits = { maxBytes: MAX_BYTES, timeoutMs: TIMEOUT_MS };
  const attempt = () => deps.api.request(call.url, { ...call, accept, ...limits, signal });
  try {
    return (await withOneRetry(attempt, signal, deps)).bytes;
  } catch (thrown) {
    throw explained(vendor, thrown);
  }
}

/** Throws Fault `not_configured` when there is no key to ask with. */
export function needKey(vendor: Vendor, apiKey: string, option: string): void {
  if (apiKey !== '') return;
  throw new Fault('not_configured', `${vendor.title} needs a key: set ${option}.`, {
    field: option,
  });
}

function explained({ title, refusedRemedy }: Vendor, cause: unknown): unknown {
  if (!(cause instanceof FetchFault) || cause.status === null) return cause;
  const { status, retryAfterSeconds } = cause;
  if (status === 401 || status === 403) {
    return new Fault('not_configured', `${title} refused the search: ${refusedRemedy}.`, { cause });
  }
  if (USED_UP.has(status)) {
    const message = `The plan of ${title} is used up: raise it there, or search without it.`;
    return new Fault('not_configured', message, { cause });
  }
  if (status !== 429) return cause;
  const when = retryAfterSeconds === undefined ? 'later' : `in ${retryAfterSeconds} s`;
  return new Fault('rate_limited', `${title} is asked too often: try again ${when}.`, {
    cause,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}
