import { assert } from '../lib/assert';
import type { Clock } from '../lib/clock';
import { type FetchFailure, FetchFault } from '../net/fetch-fault';
import type { GuardedPost } from '../net/guarded-post';
import { signatureHeaders } from './sign';
import type { DeliveryRow, Finished } from './store';
import type { AttemptError, SigningSecrets } from './types';

/** What came of a try, and when the receiver wants to be asked again. */
export type Tried = Finished & { retryAfterSeconds: number | undefined };

/** The others are of connections that broke: a post follows nothing and decodes nothing. */
const ERROR_OF_FAILURE: Partial<Record<FetchFailure, AttemptError>> = {
  refused: 'address_refused',
  name_not_found: 'dns_lookup_failed',
  timeout: 'timed_out',
};

const GONE = 410;

/** One signed post. A failure is data: it rejects only with the reason of the signal. */
export function createAttempt({ clock, post }: { clock: Clock; post: GuardedPost }) {
  return async function attempt(
    { id, url, body: text }: DeliveryRow,
    secrets: SigningSecrets,
    signal: AbortSignal,
  ): Promise<Tried> {
    assert(text !== null, 'a pending delivery has its body');
    const body = new TextEncoder().encode(text);
    const startedMs = clock.nowMs();
    const timestampSeconds = Math.floor(startedMs / 1_000);
    const headers = {
      'Content-Type': 'application/json',
      ...signatureHeaders({ id, timestampSeconds, body, secrets }),
    };
    try {
      const { status, retryAfterSeconds, head } = await post.post(url, { headers, body, signal });
      const durationMs = clock.nowMs() - startedMs;
      const answer = new TextDecoder().decode(head);
      return { durationMs, status, error: errorOfStatus(status), answer, retryAfterSeconds };
    } catch (thrown) {
      if (!(thrown instanceof FetchFault)) throw thrown;
      const error = ERROR_OF_FAILURE[thrown.reason] ?? 'connection_failed';
      const durationMs = clock.nowMs() - startedMs;
      return { durationMs, status: null, error, answer: '', retryAfterSeconds: undefined };
    }
  };
}

function errorOfStatus(status: number): AttemptError | null {
  if (status >= 200 && status < 300) return null;
  if (status === GONE) return 'gone';
  return status >= 300 && status < 400 ? 'redirect_not_followed' : 'http_error';
}
