import type { Clock } from '../lib/clock';

export interface Kept<Value> {
  value: Value;
  keepMs: number;
  /** About how much memory it takes. */
  size: number;
}

/** What was read once for all pages of an origin. */
export interface OriginCache<Value> {
  get(origin: string): Promise<{ value: Value; expiresMs: number }>;
}

const MAX_ORIGINS = 1_000;
const MAX_SIZE = 16 * 1024 * 1024;

interface Entry<Value> {
  kept: Promise<Kept<Value>>;
  /** Infinite while it is being fetched, so that all who wait share one request. */
  expiresMs: number;
  size: number;
}

/** Least recently used goes first; Map keeps the order. `load` never rejects. */
export function createOriginCache<Value>(
  clock: Clock,
  load: (origin: string) => Promise<Kept<Value>>,
): OriginCache<Value> {
  const entries = new Map<string, Entry<Value>>();

  const start = (origin: string): Entry<Value> => {
    const kept = load(origin);
    const entry: Entry<Value> = { kept, expiresMs: Number.POSITIVE_INFINITY, size: 0 };
    void kept.then(({ keepMs, size }) => {
      entry.expiresMs = clock.nowMs() + keepMs;
      entry.size = size;
      evict(entries);
    });
    return entry;
  };

  return {
    async get(origin) {
      const known = entries.get(origin);
      const entry = known && known.expiresMs > clock.nowMs() ? known : start(origin);
      entries.delete(origin);
      entries.set(origin, entry);
      evict(entries);
      const { value } = await entry.kept;
      return { value, expiresMs: entry.expiresMs };
    },
  };
}

function evict(entries: Map<string, Entry<unknown>>): void {
  let size = 0;
  for (const entry of entries.values()) size += entry.size;
  for (const [origin, entry] of entries) {
    if (entries.size <= MAX_ORIGINS && size <= MAX_SIZE) return;
    entries.delete(origin);
    size -= entry.size;
  }
}
