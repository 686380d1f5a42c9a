import { Fault } from '../lib/fault';
import { isCommonPassword } from './common-passwords';
import { createGate } from './gate';
import { argon2id, type PasswordHasher } from './password-hasher';

const MIN_PASSWORD_LENGTH = 8;
/** Long pass phrases are taken whole; a bound keeps hashing from being a means of attack. */
const MAX_LENGTH = 1_024;

/** Two at once leave the machine its other work; those that wait are served in about 3 s. */
const GATE = { width: 2, queueLimit: 128, retryAfterSeconds: 3 };

export interface Passwords {
  /**
   * Throws Fault `invalid_request` for a password that is too short, too long or too common, and
   * `rate_limited` when too many are being hashed. `field` is what the caller named it.
   */
  hash(password: string, field?: string): Promise<string>;
  /** Takes the same time for a wrong password as for a user who has none or is not there (null).
   * Throws Fault `rate_limited`. */
  matches(password: string, hash: string | null): Promise<boolean>;
}

/** One for the whole process: what it bounds is the process's. */
export function createPasswords({
  hasher = argon2id,
  minLength = MIN_PASSWORD_LENGTH,
}: {
  hasher?: PasswordHasher;
  minLength?: number;
} = {}): Passwords {
  const gate = createGate(GATE);
  return {
    async hash(password, field = 'password') {
      const normal = password.normalize('NFC');
      checkPassword(normal, minLength, field);
      return gate.run(() => hasher.hash(normal));
    },
    async matches(password, hash) {
      const normal = password.normalize('NFC');
      const isPossible = hash !== null && normal !== '' && [...normal].length <= MAX_LENGTH;
      const isMatch = await gate.run(() =>
        isPossible ? hasher.verify(normal, hash) : hasher.verify('nobody', hasher.dummyHash),
      );
      return isPossible && isMatch;
    },
  };
}

function checkPassword(password: string, minLength: number, field: string): void {
  const length = [...password].length;
  if (length < minLength || length > MAX_LENGTH) {
    throw new Fault(
      'invalid_request',
      `${field} must have ${minLength} to ${MAX_LENGTH} characters`,
      {
        field,
      },
    );
  }
  if (isCommonPassword(password)) {
    throw new Fault(
      'invalid_request',
      `${field} is one that many people use: take a few words that do not belong together`,
      { field },
    );
  }
}
