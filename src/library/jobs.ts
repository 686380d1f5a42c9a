import type { JobHandler } from '../jobs/types';
import type { Library } from './service';

/** The kind of job that removes the snapshots which nothing names any more. */
export const SWEEP = 'library.sweep';

export function createSweepHandler(library: Library): JobHandler {
  return {
    kind: SWEEP,
    concurrency: 1,
    async perform() {
      await library.sweep();
      return { outcome: 'done' };
    },
    async ended() {
      // Nothing is held for a sweep.
    },
  };
}
