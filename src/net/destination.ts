import type { Clock } from '../lib/clock';
import { createAddressPolicy } from './addresses';
import { FetchFault } from './fetch-fault';
import { parseTarget, type Resolve, systemResolve, vetTarget } from './target';

export interface DestinationCheckDeps {
  clock: Clock;
  /** Addresses and CIDR ranges that are permitted although they are not public. */
  allow: readonly string[];
  /** The machine's own resolver if absent. */
  resolve?: Resolve;
}

/** Resolving takes no longer: who names the address waits for the answer. */
const RESOLVE_TIMEOUT_MS = 3_000;

/** Names that never lead out of a network: single words, and the top levels set aside for them. */
const INSIDE = /^[^.]+$|\.(?:internal|intranet|local|localhost|lan|home|corp|private|home\.arpa)$/;

/** Resolves to the address as it will be called, without its fragment. */
export type DestinationCheck = (url: string) => Promise<string>;

/**
 * Judges an address that is to be called later. Throws Fault `fetch_refused` for one that leads to
 * no public http or https server. A public name that does not resolve now passes: whoever calls it
 * vets it again then, since what a name resolves to changes.
 */
export function createDestinationCheck(deps: DestinationCheckDeps): DestinationCheck {
  const policy = createAddressPolicy(deps.allow);
  const resolve = withTimeout(deps.resolve ?? systemResolve, deps.clock);
  return async (url) => {
    const target = parseTarget(url);
    try {
      await vetTarget(target, policy, resolve);
    } catch (thrown) {
      const isUnknown = thrown instanceof FetchFault && thrown.reason === 'name_not_found';
      if (!isUnknown) throw thrown;
      if (!INSIDE.test(target.hostname)) return target.url.href;
      throw new FetchFault(
        'refused',
        `${target.hostname} is a name of a private network. Give a public address.`,
        { cause: thrown },
      );
    }
    return target.url.href;
  };
}

function withTimeout(resolve: Resolve, clock: Clock): Resolve {
  return async (hostname) => {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const cancel = clock.after(RESOLVE_TIMEOUT_MS, () => reject(new Error('resolving is slow')));
    try {
      return await Promise.race([resolve(hostname), late]);
    } finally {
      cancel();
    }
  };
}
