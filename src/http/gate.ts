import type { Keys } from '../keys/service';
import { type Principal, principalOf } from './principal';

/**
 * Says who asks, once a request: the reader of its body asks before it reads, so that nobody
 * without a key can send one, and the handler is told the same.
 */
export function keyGate(keys: Keys): (request: Request) => Promise<Principal> {
  const known = new WeakMap<Request, Promise<Principal>>();
  return (request) => {
    const principal = known.get(request) ?? principalOf(request.headers, keys);
    known.set(request, principal);
    return principal;
  };
}
