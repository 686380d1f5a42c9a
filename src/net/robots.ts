import type { Clock } from '../lib/clock';
import { FetchFault } from './fetch-fault';
import { AI_AGENTS } from './opt-out';
import { createOriginCache, type Kept } from './origin-cache';
import { PRODUCT_TOKEN, parseRobots, type RobotsRules } from './robots-rules';

export interface Robots {
  /** Throws FetchFault `refused` when the page's robots.txt forbids it, or cannot be read. Resolves
   * to the AI services' crawlers, in lower case, that it names and forbids the page to. */
  check(url: URL): Promise<string[]>;
}

export interface RobotsDeps {
  clock: Clock;
  /** Fetches a robots.txt, cut off at {@link MAX_ROBOTS_BYTES}. */
  load: (url: string) => Promise<{ status: number; bytes: Uint8Array }>;
}

/** What RFC 9309 asks a crawler to read at least, and all we read. */
export const MAX_ROBOTS_BYTES = 500 * 1024;
export const MAX_ROBOTS_REDIRECTS = 5;

const KEEP_MS = 24 * 60 * 60 * 1000;
const KEEP_UNREACHABLE_MS = 5 * 60 * 1000;
const AGENTS = new Set(AI_AGENTS.keys());

type Verdict =
  | { kind: 'rules'; rules: RobotsRules }
  | { kind: 'everything' }
  | { kind: 'unreachable'; cause: unknown };

export function createRobots({ clock, load }: RobotsDeps): Robots {
  const verdicts = createOriginCache<Verdict>(clock, async (origin) =>
    kept(await judge(origin, load)),
  );
  return {
    async check(url) {
      const { value: verdict, expiresMs } = await verdicts.get(url.origin);
      if (verdict.kind === 'everything') return [];
      if (verdict.kind === 'unreachable') {
        throw new FetchFault(
          'refused',
          `${url.hostname} is not fetched: its robots.txt could not be read. Try again later.`,
          {
            cause: verdict.cause,
            retryAfterSeconds: Math.ceil((expiresMs - clock.nowMs()) / 1000),
          },
        );
      }
      if (!verdict.rules.allows(url)) throw forbidden(url);
      return verdict.rules.forbiddenAmong(AGENTS, url);
    },
  };
}

function kept(verdict: Verdict): Kept<Verdict> {
  return {
    value: verdict,
    keepMs: verdict.kind === 'unreachable' ? KEEP_UNREACHABLE_MS : KEEP_MS,
    size: verdict.kind === 'rules' ? verdict.rules.size : 0,
  };
}

/** To read what is kept from us would be retrieval against the site's word. */
function forbidden(url: URL): FetchFault {
  return new FetchFault(
    'refused',
    `The robots.txt of ${url.hostname} does not allow ${PRODUCT_TOKEN} to read this page. ` +
      'Give another source, or upload the page to the library.',
    { optOut: { tier: 1, signals: [`robots.txt (${PRODUCT_TOKEN})`] } },
  );
}

/**
 * RFC 9309, 2.3.1: a file that is not there (4xx, or too many redirects) allows everything; one that
 * cannot be reached forbids everything. 429 asks for less traffic, so it counts as the latter.
 */
async function judge(origin: string, load: RobotsDeps['load']): Promise<Verdict> {
  try {
    const { status, bytes } = await load(`${origin}/robots.txt`);
    if (status >= 200 && status < 300) {
      return { kind: 'rules', rules: parseRobots(origin, new TextDecoder().decode(bytes), AGENTS) };
    }
    const isAbsent = status >= 300 && status < 500 && status !== 429;
    return isAbsent ? { kind: 'everything' } : { kind: 'unreachable', cause: status };
  } catch (cause) {
    if (cause instanceof FetchFault && cause.reason === 'redirect') return { kind: 'everything' };
    return { kind: 'unreachable', cause };
  }
}
