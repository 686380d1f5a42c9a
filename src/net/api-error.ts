import type { Clock } from '../lib/clock';
import { readBody } from './body';
import { errorWords } from './error-words';
import { type FetchFault, statusFault } from './fetch-fault';

/** What an error says beyond it, or later, is not waited for: its status is here. */
const MAX_ERROR_BYTES = 8_192;
const MAX_ERROR_MS = 2_000;

/** How the body of an error begins; nothing when it breaks off. */
export async function readError(
  clock: Clock,
  body: AsyncIterable<Uint8Array>,
  contentEncoding: string | undefined,
  hostname: string,
): Promise<Uint8Array> {
  const nothing = new Uint8Array(0);
  const late = Promise.withResolvers<Uint8Array>();
  const cancel = clock.after(MAX_ERROR_MS, () => late.resolve(nothing));
  const limits = { maxBytes: MAX_ERROR_BYTES, overflow: 'truncate' } as const;
  const read = readBody(body, contentEncoding, hostname, limits);
  try {
    return await Promise.race([read, late.promise]);
  } catch {
    return nothing;
  } finally {
    cancel();
  }
}

/** An answer whose status is no success. */
export interface ApiRefusal {
  hostname: string;
  status: number;
  retryAfter: string | undefined;
  /** The beginning of its body. */
  bytes: Uint8Array;
}

/** With what the API says of it, without the values of the headers that were sent. */
export function apiFault(
  { hostname, status, retryAfter, bytes }: ApiRefusal,
  sent: Record<string, string>,
  nowMs: number,
): FetchFault {
  const said = errorWords(bytes, Object.values(sent).flatMap(secretsOf));
  return statusFault(hostname, status, retryAfter, nowMs, said);
}

/** Of a header's value, what must not be repeated: `Bearer` may be. */
function secretsOf(value: string): string[] {
  return [value, value.slice(value.indexOf(' ') + 1)];
}
