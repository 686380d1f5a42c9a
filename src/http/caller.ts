import type { Auth } from '../accounts/auth';
import type { Accounts } from '../accounts/service';
import type { Keys } from '../keys/service';
import { Fault } from '../lib/fault';
import type { Asked } from './gate';
import { type RateLimiter, takeAllowance } from './limits';
import {
  adminPrincipalOf,
  CredentialsNeeded,
  type Principal,
  passwordPrincipalOf,
  principalOf,
  schemeOf,
  type UserPrincipal,
  userPrincipalOf,
} from './principal';

/** Who asks where every kind of credentials is good: a program by its key, or a person. */
export interface Caller {
  userId: string;
  /** Null for a person. */
  key: Principal['key'] | null;
  status: UserPrincipal['status'];
}

export interface CallerDeps {
  keys: Keys;
  accounts: Accounts;
  auth: Pick<Auth, 'authenticatePassword'>;
  /** Of passwords that are checked; undefined to count nothing. */
  limiter: RateLimiter | undefined;
}

export type CallerGate = (asked: Asked) => Promise<Caller>;

/**
 * Resolves an API key, as `X-API-Key` or bearer, a bearer JWT, or Basic; once a request, however
 * often it is asked. Throws as each of these does, and {@link CredentialsNeeded} for none of them.
 */
export function callerGate(deps: CallerDeps): CallerGate {
  const known = new WeakMap<Request, Promise<Caller>>();
  return (asked) => {
    const caller = known.get(asked.request) ?? callerOf(deps, asked);
    known.set(asked.request, caller);
    return caller;
  };
}

async function callerOf(deps: CallerDeps, asked: Asked): Promise<Caller> {
  const { request, server } = asked;
  if (schemeOf(request.headers) === 'key') {
    const { userId, key } = await principalOf(request.headers, deps.keys, {
      get clientAddress() {
        return server?.requestIP(request)?.address ?? null;
      },
    });
    return { userId, key, status: 'active' };
  }
  const { userId, status } = await personOf(deps, asked);
  return { userId, key: null, status };
}

/** As `callerGate`, for admins only, by bearer JWT or Basic. Throws Fault `forbidden` for all others. */
export async function adminOf(
  deps: Omit<CallerDeps, 'keys'>,
  asked: Asked,
): Promise<UserPrincipal> {
  if (schemeOf(asked.request.headers) === 'key')
    return adminPrincipalOf(asked.request.headers, deps.accounts);
  const user = await personOf(deps, asked);
  if (!user.isAdmin) throw new Fault('forbidden', 'only an admin may do this');
  return user;
}

async function personOf(deps: Omit<CallerDeps, 'keys'>, asked: Asked): Promise<UserPrincipal> {
  const { headers } = asked.request;
  switch (schemeOf(headers)) {
    case undefined:
      throw new CredentialsNeeded('send an API key, an access token, or a name and a password');
    case 'password':
      return passwordPrincipalOf(headers, deps.auth, () =>
        takeAllowance(deps.limiter, asked, 'sign in'),
      );
    default:
      return userPrincipalOf(headers, deps.accounts);
  }
}
