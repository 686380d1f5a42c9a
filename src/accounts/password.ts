import { Fault } from '../lib/fault';

const MIN_LENGTH = 8;
/** Long pass phrases are taken whole; a bound keeps hashing from being a means of attack. */
const MAX_LENGTH = 1_024;
/** OWASP's floor for argon2id: 19 MiB, two passes. */
const COST = { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 } as const;

/** Throws Fault `invalid_request` for a password that is too short or too long. */
export async function hashPassword(password: string): Promise<string> {
  const length = [...password].length;
  if (length < MIN_LENGTH || length > MAX_LENGTH) {
    throw new Fault(
      'invalid_request',
      `password must have ${MIN_LENGTH} to ${MAX_LENGTH} characters`,
      {
        field: 'password',
      },
    );
  }
  return Bun.password.hash(password, COST);
}
