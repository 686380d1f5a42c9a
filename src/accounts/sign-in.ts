import { assert } from '../lib/assert';
import { createEntry, type Entering, type NewAccount } from './entry';
import type { AuthParts } from './parts';
import type { Session } from './sessions';
import type { SessionOwner, SignedIn } from './types';

/** The ways in, with what begins then; the faults of each are those of {@link Entry}. */
interface WaysIn<Outcome> {
  signup(input: NewAccount): Promise<Outcome>;
  login(input: { email: string; password: string }): Promise<Outcome>;
  redeemSignInLink(token: string): Promise<Outcome>;
}

/** For programs: a session of tokens. Under approval a new account is pending. */
export interface SignIn extends WaysIn<SignedIn> {
  /** The same ways, for who keeps sessions of another kind: the browser's pages. */
  identify: WaysIn<SessionOwner>;
  /** Throws Fault `unauthenticated`. The token that was sent is good no more. */
  refresh(refreshToken: string): Promise<SignedIn>;
  logout(refreshToken: string): Promise<void>;
}

export function createSignIn(parts: AuthParts): SignIn {
  const { db, store, sessions } = parts;
  const entry = createEntry(parts);

  async function signedIn(session: Session): Promise<SignedIn> {
    const accessToken = await sessions.sign(session);
    const user = await store.read.profile(session.userId);
    assert(user, 'a session has a user');
    return { user, accessToken, refreshToken: session.refreshToken };
  }

  async function start(entering: Entering): Promise<SignedIn> {
    const session = await db.write(async (tx) => {
      const { userId, epoch } = await entering(tx);
      return sessions.start(tx, userId, epoch);
    });
    return signedIn(session);
  }

  return {
    signup: async (input) => start(await entry.signup(input)),
    login: async (input) => start(await entry.login(input)),
    redeemSignInLink: (token) => start(entry.redeemSignInLink(token)),
    identify: {
      signup: async (input) => db.write(await entry.signup(input)),
      login: async (input) => db.write(await entry.login(input)),
      redeemSignInLink: (token) => db.write(entry.redeemSignInLink(token)),
    },
    refresh: async (refreshToken) => signedIn(await sessions.refresh(refreshToken)),
    logout: (refreshToken) => sessions.end(refreshToken),
  };
}
