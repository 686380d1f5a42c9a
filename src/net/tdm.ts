import type { Clock } from '../lib/clock';
import { createOriginCache } from './origin-cache';
import { parseTdmRules, TDM_PATH, type TdmRules } from './tdm-rules';

export interface TdmReservations {
  /** What the site's tdmrep.json says of the page; null when it says nothing, or is not there. */
  of(url: URL): Promise<string | null>;
}

const KEEP_MS = 24 * 60 * 60 * 1000;
const NOTHING: TdmRules = () => null;

/** A file that cannot be read reserves nothing: it is a declaration, not a lock as robots.txt is. */
export function createTdmReservations(deps: {
  clock: Clock;
  load: (url: string) => Promise<{ status: number; bytes: Uint8Array }>;
}): TdmReservations {
  const files = createOriginCache<TdmRules>(deps.clock, async (origin) => {
    const text = await deps.load(`${origin}${TDM_PATH}`).then(
      ({ status, bytes }) => (status === 200 ? new TextDecoder().decode(bytes) : ''),
      () => '',
    );
    const value = text === '' ? NOTHING : parseTdmRules(origin, text);
    return { value, keepMs: KEEP_MS, size: text.length };
  });
  return { of: async (url) => (await files.get(url.origin)).value(url) };
}
