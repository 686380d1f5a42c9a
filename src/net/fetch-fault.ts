import { Fault, type FaultOptions } from '../lib/fault';
import type { OptOut } from './opt-out';

/** Why a fetch came to nothing. */
export type FetchFailure =
  | 'refused'
  | 'name_not_found'
  | 'connection'
  | 'timeout'
  | 'too_large'
  | 'redirect'
  | 'status'
  | 'encoding';

/** A Fault of the guarded fetch, with its reason as data: what a retry decides by. */
export class FetchFault extends Fault {
  readonly reason: FetchFailure;
  /** The HTTP status, when the host answered with one that is no success. */
  readonly status: number | null;
  /** What the site asks of machines, when that is why the page is not read. */
  readonly optOut: OptOut | null;
  /** What an API says of the error, as `errorWords` has it. For operators: it is a stranger's text. */
  readonly said: string | null;

  constructor(
    reason: FetchFailure,
    publicMessage: string,
    options: FaultOptions & { status?: number; optOut?: OptOut; said?: string | null } = {},
  ) {
    super(reason === 'refused' ? 'fetch_refused' : 'fetch_failed', publicMessage, options);
    this.reason = reason;
    this.status = options.status ?? null;
    this.optOut = options.optOut ?? null;
    this.said = options.said ?? null;
  }
}

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ERR_TLS/;

/** The Fault for an error of a socket or of the HTTP parser. The error stays private: it may name
 * an address of the operator's network. */
export function connectionFault(host: string, cause: unknown): FetchFault {
  if (cause instanceof FetchFault) return cause;
  const code = errorCode(cause);
  if (code === 'ENOTFOUND') return nameNotFound(host, cause);
  const sentence =
    code === 'ECONNREFUSED'
      ? `${host} refused the connection. Check the address, or try again later.`
      : CERTIFICATE.test(code)
        ? `${host} has no valid certificate for its name, so its answer cannot be trusted.`
        : code === 'HPE_HEADER_OVERFLOW'
          ? `${host} sent more headers than are accepted.`
          : code.startsWith('HPE_')
            ? `${host} did not answer in HTTP. Check the address and the port.`
            : `The connection to ${host} broke. Try again later.`;
  return new FetchFault('connection', sentence, { cause });
}

/** Of a system or a library; empty for an error that has none. */
export function errorCode(thrown: unknown): string {
  if (!(thrown instanceof Error)) return '';
  const code: unknown = Reflect.get(thrown, 'code');
  return typeof code === 'string' ? code : '';
}

export function nameNotFound(host: string, cause?: unknown): FetchFault {
  return new FetchFault(
    'name_not_found',
    `The name ${host} could not be resolved. Check its spelling, or try again later.`,
    { cause },
  );
}

const MAX_RETRY_AFTER_SECONDS = 86_400;

/** For an answer whose status is no success. */
export function statusFault(
  host: string,
  status: number,
  retryAfter: string | undefined,
  nowMs: number,
  said: string | null = null,
): FetchFault {
  const retryAfterSeconds = parseRetryAfter(retryAfter, nowMs);
  return new FetchFault('status', `${host} answered with HTTP status ${status}.`, {
    status,
    said,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

/** Retry-After (RFC 9110, 10.2.3): seconds, or an HTTP date. Undefined when it says neither. */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  const dateMs = text.endsWith('GMT') ? Date.parse(text) : Number.NaN;
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : Math.ceil((dateMs - nowMs) / 1000);
  if (Number.isNaN(seconds)) return undefined;
  return Math.min(Math.max(seconds, 0), MAX_RETRY_AFTER_SECONDS);
}
