import ipaddr from 'ipaddr.js';
import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';

const MINUTE_MS = 60_000;
/** About 2 MB. The address that was quiet longest is forgotten first: its bucket is the fullest. */
const MAX_ADDRESSES = 20_000;
/** Whoever has one IPv6 address has these bits in common with 2^64 others of their own. */
const IPV6_NETWORK_PARTS = 4;

export interface Allowance {
  isAllowed: boolean;
  /** Requests that may follow at once. */
  remaining: number;
  /** Until one more may follow. */
  waitSeconds: number;
}

export interface RateLimiter {
  perMinute: number;
  take(address: string): Allowance;
}

/** A request, the server that knows where it came from, and what its answer will say besides. */
export interface LimitedRequest {
  request: Request;
  server: { requestIP(request: Request): { address: string } | null } | null;
  set: { headers: Record<string, string | number> };
}

interface Bucket {
  tokens: number;
  filledMs: number;
}

/** A token bucket for each client address, in memory: a minute's worth at once, and refilled evenly. */
export function createRateLimiter(deps: {
  clock: Clock;
  perMinute: number;
  maxAddresses?: number;
}): RateLimiter {
  const { clock, perMinute, maxAddresses = MAX_ADDRESSES } = deps;
  const perMs = perMinute / MINUTE_MS;
  /** In the order of their last use. */
  const buckets = new Map<string, Bucket>();

  function filled(client: string): Bucket {
    const nowMs = clock.nowMs();
    const known = buckets.get(client);
    if (!known) return { tokens: perMinute, filledMs: nowMs };
    const gained = Math.max(0, nowMs - known.filledMs) * perMs;
    return { tokens: Math.min(perMinute, known.tokens + gained), filledMs: nowMs };
  }

  return {
    perMinute,
    take(address) {
      const client = clientOf(address);
      const bucket = filled(client);
      const isAllowed = bucket.tokens >= 1;
      if (isAllowed) bucket.tokens -= 1;
      buckets.delete(client);
      buckets.set(client, bucket);
      const [oldest] = buckets.keys();
      if (buckets.size > maxAddresses && oldest !== undefined) buckets.delete(oldest);
      const missing = Math.max(0, 1 - bucket.tokens);
      return {
        isAllowed,
        remaining: Math.floor(bucket.tokens),
        waitSeconds: Math.ceil(missing / perMs / 1_000),
      };
    },
  };
}

/**
 * For `beforeHandle` of the operations that let people in: throws Fault `rate_limited` before
 * anything is hashed or mailed. The answer says what is left in the RateLimit fields of the IETF's
 * HTTP API group. A request without a connection is nobody's, and is let through. Behind a proxy all
 * clients have the proxy's address, and share one bucket.
 */
export function limitSignIn(limiter: RateLimiter | undefined) {
  return ({ request, server, set }: LimitedRequest): void => {
    const address = server?.requestIP(request)?.address;
    if (!limiter || address === undefined) return;
    const allowance = limiter.take(address);
    const { remaining, waitSeconds } = allowance;
    set.headers['ratelimit-policy'] = `"sign-in";q=${limiter.perMinute};w=60`;
    set.headers.ratelimit = `"sign-in";r=${remaining};t=${waitSeconds}`;
    expectAllowed(allowance, 'sign in');
  };
}

/**
 * For what is as costly or as open to abuse in the midst of a request, from the same bucket. `what`
 * it is completes "too many requests to …". Throws Fault `rate_limited`.
 */
export function takeAllowance(
  limiter: RateLimiter | undefined,
  { request, server }: Omit<LimitedRequest, 'set'>,
  what: string,
): void {
  const address = server?.requestIP(request)?.address;
  if (limiter && address !== undefined) expectAllowed(limiter.take(address), what);
}

function expectAllowed({ isAllowed, waitSeconds }: Allowance, what: string): void {
  if (isAllowed) return;
  throw new Fault(
    'rate_limited',
    `too many requests to ${what} from your address: try again in ${waitSeconds} s`,
    { retryAfterSeconds: waitSeconds },
  );
}

function clientOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return (parsed as ipaddr.IPv6).parts.slice(0, IPV6_NETWORK_PARTS).join(':');
}
