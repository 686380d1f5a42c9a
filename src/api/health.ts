import type { Hosts } from '../hosts/types';
import type { Queue } from '../jobs/queue';
import type { JobCount } from '../jobs/types';
import type { Clock } from '../lib/clock';

/** A probe may come often; what it counts need not be newer than this. */
const COUNTS_MAX_AGE_MS = 1_000;

export interface HealthDto {
  status: string;
  version: string;
  active_hosts: number;
  queued_jobs: number;
  running_jobs: number;
}

export interface HealthDeps {
  queue: Queue;
  hosts: Pick<Hosts, 'counts'>;
  clock: Clock;
  version: string;
}

/** Knows no framework: a server that starts tells its health before it has loaded one. */
export function createHealth(deps: HealthDeps) {
  let countedMs = Number.NEGATIVE_INFINITY;
  let counts: JobCount[] = [];
  return async (): Promise<HealthDto> => {
    if (deps.clock.nowMs() - countedMs > COUNTS_MAX_AGE_MS) {
      countedMs = deps.clock.nowMs();
      counts = await deps.queue.counts();
    }
    return {
      status: 'healthy',
      version: deps.version,
      active_hosts: deps.hosts.counts().activeHosts,
      queued_jobs: total(counts, 'queued'),
      running_jobs: total(counts, 'running'),
    };
  };
}

function total(counts: JobCount[], state: JobCount['state']): number {
  return counts.reduce((sum, entry) => sum + (entry.state === state ? entry.count : 0), 0);
}
