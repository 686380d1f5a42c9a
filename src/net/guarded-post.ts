import type { Clock } from '../lib/clock';
import { createAddressPolicy } from './addresses';
import { beforeAbort, startDeadline } from './deadline';
import { exchange } from './exchange';
import { parseRetryAfter } from './fetch-fault';
import { parseTarget, type Resolve, systemResolve, vetTarget } from './target';

/** The way out for what is sent to an address that a user gave. */
export interface GuardedPost {
  /**
   * Any status is an answer, a redirect too: none is followed. Throws FetchFault when there is no
   * answer, and the signal's reason when it is aborted.
   */
  post(url: string, message: PostMessage): Promise<PostAnswer>;
}

export interface PostMessage {
  headers: Record<string, string>;
  body: Uint8Array;
  signal: AbortSignal;
}

export interface PostAnswer {
  status: number;
  retryAfterSeconds: number | undefined;
  /** How the body begins, as it came: what breaks off after the status does not undo it. */
  head: Uint8Array;
}

export interface GuardedPostDeps {
  clock: Clock;
  userAgent: string;
  /** Addresses and CIDR ranges that may be called although they are not public. */
  allow: readonly string[];
  /** `headBytes` is how much of an answer is read, `timeoutMs` the time of the whole exchange. */
  limits: { headBytes: number; timeoutMs: number };
  /** The machine's own resolver if absent. */
  resolve?: Resolve;
}

/** Throws Fault `invalid_request` when `allow` holds what is no address and no range. */
export function createGuardedPost(deps: GuardedPostDeps): GuardedPost {
  const { clock, limits, userAgent, resolve = systemResolve } = deps;
  const policy = createAddressPolicy(deps.allow);
  return {
    async post(text, { headers, body, signal: caller }) {
      const target = parseTarget(text);
      const deadline = startDeadline(clock, limits.timeoutMs, target.hostname, caller);
      const { signal } = deadline;
      try {
        const addresses = await beforeAbort(vetTarget(target, policy, resolve), signal);
        const sent = {
          ...headers,
          'User-Agent': userAgent,
          'Accept-Encoding': 'identity',
          'Content-Length': String(body.length),
        };
        const { response, status, close } = await exchange(target, addresses, sent, signal, {
          method: 'POST',
          body,
        });
        try {
          const retryAfter = parseRetryAfter(response.headers['retry-after'], clock.nowMs());
          const head = await readHead(response, limits.headBytes);
          return { status, retryAfterSeconds: retryAfter, head };
        } finally {
          close();
        }
      } finally {
        deadline.clear();
      }
    },
  };
}

/** Stops at the limit, at the end, or where the body breaks off. */
async function readHead(source: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of source) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= maxBytes) break;
    }
  } catch {
    // The status is what counts, and it is here.
  }
  return new Uint8Array(Buffer.concat(chunks).subarray(0, maxBytes));
}
