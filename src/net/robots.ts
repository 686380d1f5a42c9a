import type { Clock } from '../lib/clock';
import { FetchFault } from './fetch-fault';
import { PRODUCT_TOKEN, parseRobots, type RobotsRules } from './robots-rules';

export interface Robots {
  /** Throws FetchFault `refused` when the page's robots.txt forbids it, or cannot be read. */
  check(url: URL): Promise<void>;
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
const MAX_ORIGINS = 1_000;
const MAX_CACHE_SIZE = 16 * 1024 * 1024;

type Verdict =
  | { kind: 'rules'; rules: RobotsRules }
  | { kind: 'everything' }
  | { kind: 'unreachable'; cause: unknown };

interface Entry {
  verdict: Promise<Verdict>;
  /** Infinite while it is being fetched, so that all who wait share one request. */
  expiresMs: number;
  size: number;
}

/** Least recently used goes first; Map keeps the order. */
export function createRobots({ clock, load }: RobotsDeps): Robots {
  const entries = new Map<string, Entry>();

  const start = (origin: string): Entry => {
    const entry: Entry = {
      verdict: judge(origin, load),
      expiresMs: Number.POSITIVE_INFINITY,
      size: 0,
    };
    void entry.verdict.then((verdict) => {
      entry.expiresMs =
        clock.nowMs() + (verdict.kind === 'unreachable' ? KEEP_UNREACHABLE_MS : KEEP_MS);
      entry.size = verdict.kind === 'rules' ? verdict.rules.size : 0;
      evict(entries);
    });
    return entry;
  };

  return {
    async check(url) {
      const known = entries.get(url.origin);
      const entry = known && known.expiresMs > clock.nowMs() ? known : start(url.origin);
      entries.delete(url.origin);
      entries.set(url.origin, entry);
      evict(entries);
      const verdict = await entry.verdict;
      if (verdict.kind === 'unreachable') {
        throw new FetchFault(
          'refused',
          `${url.hostname} is not fetched: its robots.txt could not be read. Try again later.`,
          {
            cause: verdict.cause,
            retryAfterSeconds: Math.ceil((entry.expiresMs - clock.nowMs()) / 1000),
          },
        );
      }
      if (verdict.kind === 'rules' && !verdict.rules.allows(url)) {
        throw new FetchFault(
          'refused',
          `The robots.txt of ${url.hostname} does not allow ${PRODUCT_TOKEN} to read this page. ` +
            'Give another source, or upload the page to the library.',
        );
      }
    },
  };
}

/**
 * RFC 9309, 2.3.1: a file that is not there (4xx, or too many redirects) allows everything; one that
 * cannot be reached forbids everything. 429 asks for less traffic, so it counts as the latter.
 */
async function judge(origin: string, load: RobotsDeps['load']): Promise<Verdict> {
  try {
    const { status, bytes } = await load(`${origin}/robots.txt`);
    if (status >= 200 && status < 300) {
      return { kind: 'rules', rules: parseRobots(origin, new TextDecoder().decode(bytes)) };
    }
    const isAbsent = status >= 300 && status < 500 && status !== 429;
    return isAbsent ? { kind: 'everything' } : { kind: 'unreachable', cause: status };
  } catch (cause) {
    if (cause instanceof FetchFault && cause.reason === 'redirect') return { kind: 'everything' };
    return { kind: 'unreachable', cause };
  }
}

function evict(entries: Map<string, Entry>): void {
  let size = 0;
  for (const entry of entries.values()) size += entry.size;
  for (const [origin, entry] of entries) {
    if (entries.size <= MAX_ORIGINS && size <= MAX_CACHE_SIZE) return;
    entries.delete(origin);
    size -= entry.size;
  }
}
