import { Fault } from '../../lib/fault';
import type { Circuit } from '../../net/circuit';
import { FetchFault } from '../../net/fetch-fault';
import { TooManyWaiting } from '../../net/turns';
import type { SearchProvider } from '../ports';

/** The provider behind the circuit breaker of its service. `costUsdMicros` is what a search costs;
 * while the circuit is open nothing is asked, and nothing costs. */
export function breaking(
  provider: SearchProvider,
  circuit: Circuit,
  costUsdMicros: number,
): SearchProvider {
  const { name, channel } = provider;
  return {
    name,
    ...(channel === undefined ? {} : { channel }),
    get costUsdMicros() {
      return circuit.state === 'open' ? 0 : costUsdMicros;
    },
    search: (query, signal) => circuit.run(() => provider.search(query, signal), signal),
  };
}

/** Statuses below 500 that tell of the service, not of the one search. */
const OUTAGES = new Set([401, 402, 403, 408, 429]);

/** False for what another search would not meet: a bad query, or our own queue. */
export function isOutage(thrown: unknown): boolean {
  if (thrown instanceof TooManyWaiting) return false;
  if (thrown instanceof FetchFault && thrown.status !== null) {
    return thrown.status >= 500 || OUTAGES.has(thrown.status);
  }
  return !(thrown instanceof Fault && thrown.code === 'invalid_request');
}
