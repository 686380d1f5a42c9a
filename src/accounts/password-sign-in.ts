import { Fault } from '../lib/fault';
import type { AuthParts } from './parts';
import { normalEmail } from './registration';
import type { Credentials } from './store';
import type { AuthenticatedUser } from './types';

/** A program that sends its password with each request pays for hashing it once in this time. */
const REMEMBERED_MS = 5 * 60_000;
/** About 2 MB. Only good passwords are remembered, so nobody can push out others with bad ones. */
const REMEMBERED_MAX = 10_000;
/** No address and no password is longer: more is not worth a look. */
const MAX_LENGTH = 2_048;

export interface GivenPassword {
  /** A username or an address. */
  name: string;
  password: string;
}

/** Who sends name and password with each request, as HTTP's Basic scheme does. */
export interface PasswordSignIn {
  /**
   * Calls `beforeCheck`, which may throw, unless the password is remembered from a request of the
   * last minutes. Throws Fault `unauthenticated`, with the same words and after the same work
   * whether the name or the password is wrong; `forbidden` for a suspended user who has both;
   * `rate_limited` when too many passwords are being checked.
   */
  authenticatePassword(given: GivenPassword, beforeCheck: () => void): Promise<AuthenticatedUser>;
}

/** Whose password it was found to be. A new password and a suspension raise the user's epoch: what
 * was remembered before is worth nothing then, whichever process did it. */
interface Remembered {
  userId: string;
  epoch: number;
  untilMs: number;
}

export function createPasswordSignIn(parts: AuthParts): PasswordSignIn {
  const { clock, store, passwords } = parts;
  // Of this process alone: a memory that leaks tells no passwords, nor their plain hashes.
  const secret = parts.chance.bytes(32);
  const remembered = new Map<string, Remembered>();
  const checking = new Map<string, Promise<Remembered>>();

  function keyOf({ name, password }: GivenPassword): string {
    const hasher = new Bun.CryptoHasher('sha256', secret);
    return hasher.update(`${name.length}:${name}`).update(password).digest('base64');
  }

  async function check(key: string, { name, password }: GivenPassword): Promise<Remembered> {
    const found = await credentialsOf(name);
    const isMatch = await passwords.matches(password, found?.passwordHash ?? null);
    if (!found || !isMatch) throw new Fault('unauthenticated', 'the name or the password is wrong');
    const { id: userId, epoch } = found;
    const entry = { userId, epoch, untilMs: clock.nowMs() + REMEMBERED_MS };
    const [oldest] = remembered.keys();
    if (remembered.size >= REMEMBERED_MAX && oldest !== undefined) remembered.delete(oldest);
    remembered.set(key, entry);
    return entry;
  }

  function credentialsOf(name: string): Promise<Credentials | undefined> {
    return name.includes('@')
      ? store.read.credentialsByEmail(normalEmail(name))
      : store.read.credentialsByUsername(name);
  }

  /** Requests of one program that come at once wait for one check. */
  function checkOnce(key: string, given: GivenPassword, beforeCheck: () => void) {
    const running = checking.get(key);
    if (running) return running;
    beforeCheck();
    const started = check(key, given).finally(() => checking.delete(key));
    checking.set(key, started);
    return started;
  }

  async function standingOf({ userId, epoch }: Remembered): Promise<AuthenticatedUser | undefined> {
    const user = await store.read.standing(userId);
    if (user?.status === 'suspended')
      throw new Fault('forbidden', 'this account is suspended: ask your admin');
    if (user?.epoch !== epoch) return undefined;
    const { email, status, role } = user;
    return { userId, email, status, isAdmin: role === 'admin' };
  }

  return {
    async authenticatePassword(given, beforeCheck) {
      if (given.name.length + given.password.length > MAX_LENGTH)
        throw new Fault('unauthenticated', 'the name or the password is wrong');
      const key = keyOf(given);
      const known = remembered.get(key);
      if (known && known.untilMs > clock.nowMs()) {
        const user = await standingOf(known);
        if (user) return user;
      }
      if (known) remembered.delete(key);
      const user = await standingOf(await checkOnce(key, given, beforeCheck));
      if (user) return user;
      throw new Fault('unauthenticated', 'the password was changed just now: sign in again');
    },
  };
}
