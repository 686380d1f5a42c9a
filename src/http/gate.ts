import type { Accounts } from '../accounts/service';
import type { Keys } from '../keys/service';
import { type Principal, principalOf, type UserPrincipal, userPrincipalOf } from './principal';

/** A request, and the server that knows where it came from; null when there is no connection. */
export interface Asked {
  request: Request;
  server: { requestIP(request: Request): { address: string } | null } | null;
}

/**
 * Says who asks, once a request: the reader of its body asks before it reads, so that nobody
 * without a key can send one, and the handler is told the same.
 */
export function keyGate(keys: Keys): (asked: Asked) => Promise<Principal> {
  const known = new WeakMap<Request, Promise<Principal>>();
  return ({ request, server }) => {
    const principal =
      known.get(request) ??
      principalOf(request.headers, keys, {
        // Few keys are bound to an address: for the others it is not asked.
        get clientAddress() {
          return server?.requestIP(request)?.address ?? null;
        },
      });
    known.set(request, principal);
    return principal;
  };
}

/** As `keyGate`, for users who are signed in. */
export function userGate(accounts: Accounts): (request: Request) => Promise<UserPrincipal> {
  const known = new WeakMap<Request, Promise<UserPrincipal>>();
  return (request) => {
    const principal = known.get(request) ?? userPrincipalOf(request.headers, accounts);
    known.set(request, principal);
    return principal;
  };
}
