/** What the world may do wrong. A presenter (HTTP, command line) maps a code to its own terms. */
export type FaultCode =
  | 'invalid_request'
  | 'unauthenticated'
  | 'insufficient_credits'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'too_large'
  | 'unsupported_media'
  | 'unprocessable'
  | 'rate_limited'
  | 'fetch_refused'
  | 'fetch_failed'
  | 'unavailable'
  | 'not_configured';

export interface FaultOptions {
  /** The input field at fault, as the caller spelled it. */
  field?: string;
  /** Private: logged, never shown. */
  cause?: unknown;
  /** Seconds after which trying again makes sense. */
  retryAfterSeconds?: number;
}

/** A failure with a public sentence that says what is wrong and what to do about it. */
export class Fault extends Error {
  override name = 'Fault';
  readonly code: FaultCode;
  readonly field: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: FaultCode, publicMessage: string, options: FaultOptions = {}) {
    super(publicMessage, { cause: options.cause });
    this.code = code;
    this.field = options.field;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** The public sentence of anything thrown: only a Fault's own words may leave the process. */
export function publicMessage(thrown: unknown): string {
  return thrown instanceof Fault ? thrown.message : 'internal error';
}
