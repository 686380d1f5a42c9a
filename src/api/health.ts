import { Elysia, t } from 'elysia';
import { addition } from '../http/openapi';
import type { Queue } from '../jobs/queue';
import type { JobCount } from '../jobs/types';
import type { Clock } from '../lib/clock';

/** A probe may come often; what it counts need not be newer than this. */
const COUNTS_MAX_AGE_MS = 1_000;

const count = t.Unsafe<number>({ type: 'integer' });
const Health = t.Object({
  status: t.String(),
  version: t.String(),
  queued_jobs: count,
  running_jobs: count,
});

export function healthRoutes(deps: { queue: Queue; clock: Clock; version: string }) {
  let countedMs = Number.NEGATIVE_INFINITY;
  let counts: JobCount[] = [];
  return new Elysia({ name: 'health' }).get(
    '/health',
    async () => {
      if (deps.clock.nowMs() - countedMs > COUNTS_MAX_AGE_MS) {
        countedMs = deps.clock.nowMs();
        counts = await deps.queue.counts();
      }
      return {
        status: 'healthy',
        version: deps.version,
        queued_jobs: total(counts, 'queued'),
        running_jobs: total(counts, 'running'),
      };
    },
    {
      detail: {
        ...addition,
        tags: ['health'],
        operationId: 'health',
        summary: 'Is the server up',
        responses: {
          200: { description: 'It is', content: { 'application/json': { schema: Health } } },
        },
      },
    },
  );
}

function total(counts: JobCount[], state: JobCount['state']): number {
  return counts.reduce((sum, entry) => sum + (entry.state === state ? entry.count : 0), 0);
}
