import type { Refusal } from '../../views/refusal';
import { statusOf } from '../http/errors';
import { Fault } from '../lib/fault';
import type { PageInit } from './page';

export interface Refused {
  refusal: Refusal;
  status: number;
  headers: Record<string, string>;
}

/** A Fault as the form shows it that caused it. What is no Fault is thrown on. */
export function refusedBy(thrown: unknown): Refused {
  if (!(thrown instanceof Fault)) throw thrown;
  const { message, field, retryAfterSeconds: seconds } = thrown;
  return {
    refusal: { message, ...(field === undefined ? {} : { field }) },
    status: statusOf(thrown.code),
    headers: seconds === undefined ? {} : { 'retry-after': String(seconds) },
  };
}

/** After a form, so that loading the page again sends nothing twice. */
export function redirect(location: string, headers: Record<string, string> = {}): Response {
  return new Response(null, { status: 303, headers: { location, ...headers } });
}

/** For the props of the page that shows the form again. */
export function refusalIn(refused: Refused | undefined) {
  return refused ? { refusal: refused.refusal } : {};
}

/** The status and headers of that page. */
export function answerOf(
  refused: Refused | undefined,
  headers: Record<string, string> = {},
): PageInit {
  return { status: refused?.status ?? 200, headers: { ...headers, ...refused?.headers } };
}
