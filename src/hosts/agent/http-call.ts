import type { Clock } from '../../lib/clock';
import { Fault, type FaultCode } from '../../lib/fault';
import { parseRetryAfter } from '../../net/fetch-fault';

export interface HttpCall {
  url: string;
  headers: Record<string, string>;
  body: string;
  timeoutMs: number;
  signal?: AbortSignal;
}

const CODES: Record<number, FaultCode> = {
  400: 'invalid_request',
  401: 'unauthenticated',
  402: 'insufficient_credits',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  413: 'too_large',
  415: 'unsupported_media',
  422: 'unprocessable',
  429: 'rate_limited',
};

const MAX_ANSWER_BYTES = 67_108_864;
const MAX_DETAIL = 500;

/** A POST to the server, and its JSON answer; undefined for 204. Throws the Fault that the server
 * names, Fault `unavailable` when there is no answer, and the signal's reason when it is aborted. */
export async function callServer(clock: Clock, call: HttpCall): Promise<unknown> {
  const { url, headers, body, timeoutMs, signal } = call;
  const late = new AbortController();
  const cancel = clock.after(timeoutMs, () => late.abort(new Error('no answer in time')));
  const either = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
  try {
    const options = { method: 'POST', headers, body, signal: either, redirect: 'error' as const };
    const response = await fetch(url, { ...options, timeout: false });
    const text = await boundedText(response);
    if (!response.ok) throw faultOf(response, text, clock.nowMs());
    return response.status === 204 ? undefined : JSON.parse(text);
  } catch (thrown) {
    if (signal?.aborted) throw signal.reason;
    if (thrown instanceof Fault) throw thrown;
    throw new Fault('unavailable', `no server answers at ${new URL(url).origin}`, {
      cause: thrown,
    });
  } finally {
    cancel();
  }
}

async function boundedText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw new Error('the answer is too large');
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function faultOf(response: Response, text: string, nowMs: number): Fault {
  const { status } = response;
  const retryAfterSeconds = parseRetryAfter(
    response.headers.get('retry-after') ?? undefined,
    nowMs,
  );
  const detail = detailOf(text) ?? `the server answered with HTTP status ${status}`;
  return faultOfProblem({ status, detail }, retryAfterSeconds);
}

/** `detail` is for the person beside the host to read. */
export function faultOfProblem(
  { status, detail }: { status: number; detail: string },
  retryAfterSeconds?: number,
): Fault {
  const code = CODES[status] ?? 'unavailable';
  const message = detail.slice(0, MAX_DETAIL);
  return new Fault(code, message, retryAfterSeconds === undefined ? {} : { retryAfterSeconds });
}

function detailOf(text: string): string | undefined {
  try {
    const { detail } = JSON.parse(text) as { detail?: unknown };
    return typeof detail === 'string' ? detail : undefined;
  } catch {
    return undefined;
  }
}
