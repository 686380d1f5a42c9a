import { statusOf } from '../../http/errors';
import { Fault, type FaultCode } from '../../lib/fault';
import type { Log } from '../../lib/log';

/** A failure in the words of the OpenAI API. */
interface OpenAiError {
  message: string;
  type: string;
  param: string | null;
  code: string;
}

interface Failure {
  status: number;
  error: OpenAiError;
  retryAfterSeconds: number | undefined;
  /** What would fail again, though its status stands elsewhere for what may pass. */
  isFinal: boolean;
}

/**
 * Where the words differ from ours. Too few credits are 429 `insufficient_quota`, as at OpenAI:
 * programs written for it look for that, and the official clients make a RateLimitError of it, but
 * of 402 nothing with a name.
 */
const WORDS: Partial<Record<FaultCode, { status?: number; type?: string; code: string }>> = {
  unauthenticated: { code: 'invalid_api_key' },
  insufficient_credits: { status: 429, type: 'insufficient_quota', code: 'insufficient_quota' },
  rate_limited: { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
  unavailable: { type: 'server_error', code: 'service_unavailable' },
  invalid_request: { code: 'invalid_value' },
};

/** The official clients try a 409 or 429 again by themselves, unless they are told not to. */
const FINAL = new Set<FaultCode>(['insufficient_credits', 'conflict']);

const SHOULD_RETRY = 'x-should-retry';
const INTERNAL: Failure = {
  status: 500,
  error: {
    message: 'sonde failed to answer; its log says why',
    type: 'server_error',
    param: null,
    code: 'internal_error',
  },
  retryAfterSeconds: undefined,
  isFinal: false,
};

/** What is no Fault is ours: logged, never shown. */
function failureOf(thrown: unknown, log: Log): Failure {
  if (!(thrown instanceof Fault)) {
    log.error('openai.internal_error', { error: thrown });
    return INTERNAL;
  }
  const { code, message, field, cause, retryAfterSeconds } = thrown;
  if (cause !== undefined) log.warn('openai.fault', { code, cause });
  const words = WORDS[code];
  const isUnknownModel = code === 'not_found' && field === 'model';
  return {
    status: words?.status ?? statusOf(code),
    error: {
      message,
      type: words?.type ?? (statusOf(code) >= 500 ? 'server_error' : 'invalid_request_error'),
      param: field === undefined ? null : paramOf(field),
      code: isUnknownModel ? 'model_not_found' : (words?.code ?? code),
    },
    retryAfterSeconds,
    isFinal: FINAL.has(code),
  };
}

export function errorResponse(thrown: unknown, log: Log): Response {
  const { status, error, retryAfterSeconds, isFinal } = failureOf(thrown, log);
  const headers = new Headers();
  if (status === 401) headers.set('www-authenticate', 'Bearer realm="sonde"');
  if (isFinal) headers.set(SHOULD_RETRY, 'false');
  else if (retryAfterSeconds !== undefined) headers.set('retry-after', String(retryAfterSeconds));
  return Response.json({ error }, { status, headers });
}

/** How a stream that has begun tells that it failed: nothing follows. */
export function errorEvent(thrown: unknown, log: Log): string {
  return `data: ${JSON.stringify({ error: failureOf(thrown, log).error })}\n\n`;
}

/** `messages/0/role` as this API names it: `messages[0].role`. */
function paramOf(field: string): string {
  return field.replace(/\/(\d+)(?=\/|$)/g, '[$1]').replaceAll('/', '.');
}
