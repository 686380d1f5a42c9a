import type { Clock } from '../lib/clock';
import { createTurns, type TurnLimits } from './turns';
import type { ApiFetch, GuardedFetch } from './types';

export interface PolitenessDeps {
  fetch: GuardedFetch;
  clock: Clock;
  /** Pages of one site that are fetched at once, by all jobs together. */
  maxAtOnce: number;
  /** From the start of one fetch to the start of the next from the same site. */
  minGapMs: number;
}

/** Of one site, by all jobs together; beyond it a page fails instead of waiting. */
const MAX_WAITING = 1_000;

/**
 * The guarded fetch, with no site asked for more than it can be expected to bear. A site is a
 * registrable domain, or a host and port where there is none. The time of a fetch begins with its
 * turn. Only pages wait: the APIs that we are meant to call have limits of their own.
 *
 * A redirect to another site is not counted there.
 */
export function createPoliteFetch(deps: PolitenessDeps): GuardedFetch {
  const { fetch, clock, maxAtOnce, minGapMs } = deps;
  const turns = createTurns(clock, { maxAtOnce, minGapMs, maxWaiting: MAX_WAITING });
  return {
    async get(url, options = { robots: true }) {
      const site = options.robots ? await siteOf(url) : null;
      if (site === null) return fetch.get(url, options);
      const end = await turns.take(site, options.signal);
      try {
        return await fetch.get(url, options);
      } finally {
        end();
      }
    },
  };
}

/** The way to one API that asks for pauses between the calls of all who use it. */
export function createPacedApi(
  api: ApiFetch,
  deps: { clock: Clock; title: string; limits: TurnLimits },
): ApiFetch {
  const turns = createTurns(deps.clock, deps.limits);
  return {
    async request(url, options) {
      const end = await turns.take(deps.title, options.signal);
      try {
        return await api.request(url, options);
      } finally {
        end();
      }
    },
  };
}

/** Null for what is no address: the fetch refuses it. */
async function siteOf(url: string): Promise<string | null> {
  if (!URL.canParse(url)) return null;
  // Loaded for the first page: it unfolds the whole list of public suffixes.
  const { getDomain } = await import('tldts');
  const { host } = new URL(url);
  return getDomain(host) ?? host;
}
