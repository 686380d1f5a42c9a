import { Fault } from '../../lib/fault';
import type { Backend } from '../backends/types';
import type { HostModel } from '../types';

/** What a server takes. */
const MAX_MODELS = 256;
const MOST_TOKENS = 1_000_000;
/** For a backend that does not tell. */
const DEFAULT_MAX_TOKENS = 4_096;

/** The models to offer: those that are wanted of those that the backend has, all if none is named.
 * Throws BackendFault while the backend is away. */
export async function offeredModels(
  backend: Backend,
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<HostModel[]> {
  const listed = await backend.models(signal);
  const known = listed ?? wanted.map((name) => ({ name, maxTokens: DEFAULT_MAX_TOKENS }));
  return known
    .filter(({ name }) => wanted.length === 0 || wanted.includes(name))
    .slice(0, MAX_MODELS)
    .map(({ name, maxTokens }) => ({ name, maxTokens: Math.min(maxTokens, MOST_TOKENS) }));
}

/** Throws Fault `invalid_request` (field `model`) when the backend cannot serve what is wanted. */
export function checkOffer(models: readonly HostModel[], wanted: readonly string[]): void {
  const missing = wanted.filter((name) => !models.some((model) => model.name === name));
  if (missing.length > 0) {
    throw new Fault('invalid_request', `the backend has no model ${missing.join(', ')}`, {
      field: 'model',
    });
  }
  if (models.length === 0) {
    throw new Fault(
      'unavailable',
      'the backend has no models: load one, or name one with --model',
      {
        field: 'model',
      },
    );
  }
}
