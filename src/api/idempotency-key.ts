import { Fault } from '../lib/fault';

const IDEMPOTENCY_KEY_MAX_LENGTH = 255;

/** Null when the request has none. Throws Fault `invalid_request` for one that is empty or too long. */
export function idempotencyKeyOf(headers: Headers): string | null {
  const key = headers.get('idempotency-key');
  if (key === null) return null;
  if (key === '' || key.length > IDEMPOTENCY_KEY_MAX_LENGTH) {
    throw new Fault(
      'invalid_request',
      `Idempotency-Key must have 1 to ${IDEMPOTENCY_KEY_MAX_LENGTH} characters`,
      {
        field: 'Idempotency-Key',
      },
    );
  }
  return key;
}
