import type { ValueError } from '@sinclair/typebox/errors';
import { ParseError, ValidationError } from 'elysia';
import { Fault, type FaultCode } from '../lib/fault';
import type { Log } from '../lib/log';
import { CredentialsNeeded } from './principal';
import { validationFault } from './validate';

const STATUS: Record<FaultCode, number> = {
  invalid_request: 400,
  unauthenticated: 401,
  insufficient_credits: 402,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  unsupported_media: 415,
  unprocessable: 422,
  rate_limited: 429,
  fetch_refused: 400,
  fetch_failed: 502,
  unavailable: 503,
  not_configured: 500,
};

/** What went wrong, as RFC 9457 has it, with our code and the field at fault beside it. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  field?: string;
}

/** The one place where a failure becomes an answer. What is no Fault is ours: logged, never shown. */
export function presentError(code: string | number, error: unknown, log: Log): Response {
  const fault = faultOf(code, error);
  if (!fault) {
    log.error('http.internal_error', { error });
    return problemResponse({
      type: 'about:blank',
      title: 'Internal error',
      status: 500,
      detail: 'sonde failed to answer; its log says why',
      code: 'internal',
    });
  }
  if (fault.cause !== undefined) log.warn('http.fault', { code: fault.code, cause: fault.cause });
  return problemResponse(problemOf(fault), fault);
}

function faultOf(code: string | number, error: unknown): Fault | undefined {
  if (error instanceof Fault) return error;
  // Elysia wraps what a body's reader throws.
  if (error instanceof ParseError && error.cause instanceof Fault) return error.cause;
  if (error instanceof ValidationError)
    return validationFault(error.all[0] as ValueError | undefined);
  if (code === 'NOT_FOUND') return nothingHere();
  if (code === 'PARSE') return new Fault('invalid_request', 'the body is not valid JSON');
  return undefined;
}

export function nothingHere(): Fault {
  return new Fault('not_found', 'nothing is here: see /api/docs for what is');
}

export function statusOf(code: FaultCode): number {
  return STATUS[code];
}

export function problemOf(fault: Fault): Problem {
  const words = fault.code.replace(/_/g, ' ');
  return {
    type: 'about:blank',
    title: words.charAt(0).toUpperCase() + words.slice(1),
    status: statusOf(fault.code),
    detail: fault.message,
    code: fault.code,
    ...(fault.field === undefined ? {} : { field: fault.field }),
  };
}

function problemResponse(problem: Problem, fault?: Fault): Response {
  const headers = new Headers({ 'content-type': 'application/problem+json' });
  if (problem.status === 401) headers.set('www-authenticate', challengeOf(fault));
  if (fault?.retryAfterSeconds !== undefined)
    headers.set('retry-after', String(fault.retryAfterSeconds));
  return Response.json(problem, { status: problem.status, headers });
}

/** RFC 9110, section 11.6.1; of Basic, RFC 7617. */
function challengeOf(fault: Fault | undefined): string {
  const bearer = 'Bearer realm="sonde"';
  return fault instanceof CredentialsNeeded
    ? `${bearer}, Basic realm="sonde", charset="UTF-8"`
    : bearer;
}
