import type { Clock } from '../lib/clock';
import { createAddressPolicy } from './addresses';
import { startDeadline } from './deadline';
import { statusFault } from './fetch-fault';
import { follow, type Way } from './follow';
import { createPermission } from './permission';
import { createRobots, MAX_ROBOTS_BYTES, MAX_ROBOTS_REDIRECTS } from './robots';
import { parseTarget, type Resolve, systemResolve } from './target';
import { createTdmReservations } from './tdm';
import { MAX_TDM_BYTES } from './tdm-rules';
import type { FetchOptions, GuardedFetch } from './types';

/** The operator's limits. A single fetch may ask for less, never for more. */
export interface FetchLimits {
  maxBytes: number;
  timeoutMs: number;
  maxRedirects: number;
}

export interface GuardedFetchDeps {
  clock: Clock;
  /** Should begin with the product token that robots.txt is read for. */
  userAgent: string;
  /** Addresses and CIDR ranges that may be fetched although they are not public. */
  allow: readonly string[];
  limits: FetchLimits;
  /** The machine's own resolver if absent. */
  resolve?: Resolve;
}

/** Throws Fault `invalid_request` when `allow` holds what is no address and no range. */
export function wayOf({ allow, resolve, userAgent }: GuardedFetchDeps): Way {
  return { policy: createAddressPolicy(allow), resolve: resolve ?? systemResolve, userAgent };
}

/** Throws Fault `invalid_request` when `allow` holds what is no address and no range. */
export function createGuardedFetch(deps: GuardedFetchDeps): GuardedFetch {
  const { clock, limits } = deps;
  const way = wayOf(deps);

  // Under a deadline of its own: the answer is everybody's, so one caller's abort must not end it.
  const loadFile = async (url: string, accept: string, maxBytes: number) => {
    const deadline = startDeadline(clock, limits.timeoutMs, new URL(url).hostname);
    try {
      return await follow(way, url, {
        accept,
        maxRedirects: MAX_ROBOTS_REDIRECTS,
        body: { maxBytes, overflow: 'truncate' },
        signal: deadline.signal,
      });
    } finally {
      deadline.clear();
    }
  };
  const robots = createRobots({
    clock,
    load: (url) => loadFile(url, 'text/plain', MAX_ROBOTS_BYTES),
  });
  const tdm = createTdmReservations({
    clock,
    load: (url) => loadFile(url, 'application/json', MAX_TDM_BYTES),
  });

  return {
    async get(url: string, options: FetchOptions = { robots: true }) {
      const { hostname } = parseTarget(url);
      const timeoutMs = Math.min(options.timeoutMs ?? limits.timeoutMs, limits.timeoutMs);
      const maxBytes = Math.min(options.maxBytes ?? limits.maxBytes, limits.maxBytes);
      const deadline = startDeadline(clock, timeoutMs, hostname, options.signal);
      const permission = options.posture && createPermission({ robots, tdm }, options.posture);
      try {
        const answer = await follow(way, url, {
          accept: options.accept ?? '*/*',
          maxRedirects: limits.maxRedirects,
          body: { maxBytes, overflow: 'fail' },
          signal: deadline.signal,
          ...(options.robots ? { mayVisit: robots.check } : {}),
          ...(permission ? { mayVisit: permission.mayVisit, mayRead: permission.mayRead } : {}),
        });
        const { status, contentType, bytes } = answer;
        if (status < 200 || status >= 300) {
          throw statusFault(answer.hostname, status, answer.retryAfter, clock.nowMs());
        }
        const page = { url: answer.url, status, contentType, bytes };
        return permission ? { ...page, optOut: permission.optOut } : page;
      } finally {
        deadline.clear();
      }
    },
  };
}
