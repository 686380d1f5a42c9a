import type { Accounts } from '../../accounts/service';
import type { Hosts } from '../../hosts/types';
import type { Queue } from '../../jobs/queue';
import type { Clock } from '../../lib/clock';
import { formatOf, type Metric, metricsText } from './prometheus';

export interface MetricsDeps {
  hosts: Pick<Hosts, 'counts' | 'registry' | 'inference'>;
  accounts: Pick<Accounts, 'counts'>;
  queue: Pick<Queue, 'counts'>;
  clock: Clock;
}

/** Users are counted one by one: for anybody who asks, no newer than this. */
const USERS_MAX_AGE_MS = 5_000;

/** Answers `GET /metrics`: JSON, or text for a scraper. */
export function createMetrics(deps: MetricsDeps): (accept: string) => Promise<Response> {
  let countedMs = Number.NEGATIVE_INFINITY;
  let counted: Promise<{ users: number }> = Promise.resolve({ users: 0 });

  async function userCount(): Promise<number> {
    const nowMs = deps.clock.nowMs();
    if (nowMs - countedMs > USERS_MAX_AGE_MS) {
      countedMs = nowMs;
      counted = deps.accounts.counts();
    }
    return (await counted).users;
  }

  return async (accept) => {
    const format = formatOf(accept);
    const users = await userCount();
    if (format !== 'json') return metricsText(await metricsOf(deps, users), format);
    const { completedJobs, activeHosts, averageLatencyMs } = deps.hosts.counts();
    return Response.json(
      {
        total_jobs_completed: completedJobs,
        active_hosts: activeHosts,
        total_users: users,
        avg_job_latency_ms: Math.round(averageLatencyMs),
      },
      { headers: { vary: 'Accept' } },
    );
  };
}

async function metricsOf({ hosts, queue }: MetricsDeps, users: number): Promise<Metric[]> {
  const { completedJobs, activeHosts, averageLatencyMs } = hosts.counts();
  const states = Map.groupBy(hosts.registry.list(), ({ state }) => state);
  const jobs = await queue.counts();
  return [
    {
      name: 'sonde_inference_jobs_completed_total',
      type: 'counter',
      help: 'Inference jobs that hosts have completed.',
      samples: [{ value: completedJobs }],
    },
    gauge('sonde_inference_job_latency_seconds', 'Mean time of an inference job of late.', [
      { value: averageLatencyMs / 1_000 },
    ]),
    gauge('sonde_active_hosts', 'Hosts that are active and alive.', [{ value: activeHosts }]),
    gauge(
      'sonde_hosts',
      'Registered hosts by state.',
      [...states].map(([state, list]) => ({ labels: { state }, value: list.length })),
    ),
    gauge(
      'sonde_model_available_hosts',
      'Hosts that would take a job for the model now.',
      hosts.inference
        .models()
        .map(({ name, availableHosts }) => ({ labels: { model: name }, value: availableHosts })),
    ),
    gauge(
      'sonde_jobs',
      'Jobs that have not ended, by kind and state.',
      jobs.map(({ kind, state, count }) => ({ labels: { kind, state }, value: count })),
    ),
    gauge('sonde_users', 'Accounts.', [{ value: users }]),
    gauge('process_resident_memory_bytes', 'Resident memory size in bytes.', [
      { value: process.memoryUsage.rss() },
    ]),
    {
      name: 'process_cpu_seconds_total',
      type: 'counter',
      help: 'User and system CPU time spent in seconds.',
      samples: [{ value: cpuSeconds() }],
    },
  ];
}

function gauge(name: string, help: string, samples: Metric['samples']): Metric {
  return { name, type: 'gauge', help, samples };
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}
