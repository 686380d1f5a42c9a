import { Fault } from '../../lib/fault';

/** RFC 3339, which wants a time zone: without one a time would be the server's own. */
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/i;

/** Throws Fault `invalid_request` that names the field. */
export function msFromDateTime(text: string, field: string): number {
  const ms = DATE_TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) {
    throw new Fault('invalid_request', `${field} must be a date-time like 2026-01-31T00:00:00Z`, {
      field,
    });
  }
  return ms;
}
