import { assert } from '../lib/assert';

/** The range of chunk ids that belongs to one owner's private documents, or to the team. */
export interface ScopeRange {
  first: number;
  last: number;
}

export const SHARED_SCOPE = 0;

const CHUNKS_PER_SCOPE = 2 ** 32;
const MAX_SCOPE = 2 ** 21 - 1;

export function scopeRange(scope: number): ScopeRange {
  assert(Number.isInteger(scope) && scope >= 0 && scope <= MAX_SCOPE, `scope ${scope} in range`);
  return { first: scope * CHUNKS_PER_SCOPE, last: (scope + 1) * CHUNKS_PER_SCOPE - 1 };
}
