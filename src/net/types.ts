import type { OptOut, OptOutPosture } from './opt-out';

/** The one way out: every request of Sonde to an address it was told by somebody else. */
export interface GuardedFetch {
  /** Throws Fault `fetch_refused` (an address, scheme or robots.txt forbids it) or `fetch_failed`
   * (name not found, time out, too large, too many redirects, a status that is no success). */
  get(url: string, options?: FetchOptions): Promise<FetchedPage>;
}

export interface FetchOptions {
  /** The Accept header. */
  accept?: string;
  /** Of the body after decompression; the operator's limit if absent. */
  maxBytes?: number;
  /** For the whole exchange, redirects included. */
  timeoutMs?: number;
  /** Ask robots.txt of each host first. On for pages, off for the APIs that we are meant to call. */
  robots: boolean;
  /** Heed what the site asks of AI services, too: a page that is opted out is refused, by a
   * FetchFault with its `optOut`. Absent for what is not read as evidence. */
  posture?: OptOutPosture;
  signal?: AbortSignal;
}

export interface FetchedPage {
  /** After redirects. */
  url: string;
  status: number;
  contentType: string | null;
  bytes: Uint8Array;
  /** What the site asks of AI services and the posture does not honour. Absent without one. */
  optOut?: OptOut;
}

/** The same way out for the APIs that an operator has an account with. */
export interface ApiFetch {
  /** Throws as {@link GuardedFetch} does. A redirect is a failure: the headers may hold a key, and a
   * key goes to the address that was asked for and nowhere else. robots.txt is not asked. */
  request(url: string, options: ApiRequest): Promise<FetchedPage>;
}

export interface ApiRequest {
  accept: string;
  headers?: Record<string, string>;
  /** Sent by POST; without it the request is a GET. */
  json?: unknown;
  /** Of the body after decompression. */
  maxBytes: number;
  timeoutMs: number;
  signal: AbortSignal;
}
