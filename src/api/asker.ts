import type { Accounts } from '../accounts/service';
import type { Caller } from '../http/caller';
import { type Asked, keyGate } from '../http/gate';
import { schemeOf, type UserPrincipal, userPrincipalOf } from '../http/principal';
import type { Keys } from '../keys/service';
import type { Asker } from '../keys/types';
import { Fault } from '../lib/fault';

/** Who asks for a job: one key; or, without one, a signed-in user, who stands for all of theirs. */
export type JobAsker = Asker;

/**
 * Resolves an API key, as `X-API-Key` or bearer, or a bearer JWT. Throws Fault `unauthenticated`, and
 * `forbidden` for an account that is not active.
 */
export function jobGate(keys: Keys, accounts: Accounts): (asked: Asked) => Promise<JobAsker> {
  const keyed = keyGate(keys);
  const known = new WeakMap<Request, Promise<JobAsker>>();
  return (asked) => {
    const { request } = asked;
    const isSignedIn = schemeOf(request.headers) === 'token';
    const asker = known.get(request) ?? (isSignedIn ? signedIn(request, accounts) : keyed(asked));
    known.set(request, asker);
    return asker;
  };
}

async function signedIn(request: Request, accounts: Accounts): Promise<JobAsker> {
  return personAsking(await userPrincipalOf(request.headers, accounts));
}

/** Who may make no keys may not spend without one either. Throws Fault `forbidden`. */
export function personAsking({ userId, status }: Pick<UserPrincipal, 'userId' | 'status'>): Asker {
  if (status !== 'active')
    throw new Fault('forbidden', `this account is ${status}: ask your admin`);
  return { userId, key: null };
}

/** As `personAsking`, for whoever asks. */
export function callerAsking({ userId, key, status }: Caller): Asker {
  return key ? { userId, key } : personAsking({ userId, status });
}
