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
