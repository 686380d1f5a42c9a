import type { PoolHost } from './pool-host';
import type { PooledJob } from './pooled-job';
import { priceFor } from './price';

/** Why a host does not get a job. */
export type Refusal =
  | 'pending'
  | 'draining'
  | 'away'
  | 'absent'
  | 'cooling'
  | 'features'
  | 'max_tokens'
  | 'price'
  | 'busy';

export interface Choice {
  host: PoolHost;
  model: string;
}

/** Until a host has been seen at work. */
const UNKNOWN_FIRST_TOKEN_MS = 500;
const UNKNOWN_TOKENS_PER_SECOND = 30;
/** A host that has read how the prompt begins counts as this much faster. */
const PREFIX_GAIN = 2;
/** How much more than its fair share such a host may carry: consistent hashing with bounded loads
 * (Mirrokni, Thorup and Zadimoghaddam, 2018). */
const LOAD_BOUND = 1.25;
/** Below this a price is as good as nothing: $0.00000001 a token. */
const FREE_MICROS = 1_000;

/** Whether a host could serve a job with this model now; null when it could. Whether the host is
 * free is not asked. */
export function refusal(
  job: PooledJob,
  host: PoolHost,
  model: string,
  nowMs: number,
): Refusal | null {
  const { stored } = host;
  if (stored.state === 'pending') return 'pending';
  if (stored.state !== 'active' || host.isLeaving) return 'draining';
  if (!job.needs.every((need) => stored.features.includes(need))) return 'features';
  if (job.maxTokens > (host.offer(model)?.maxTokens ?? 0)) return 'max_tokens';
  const { price, request } = job.facts;
  const asked = priceFor(request, stored.price);
  const isDear = asked.outputMicros > price.outputMicros || asked.inputMicros > price.inputMicros;
  if (isDear) return 'price';
  if (!host.isAlive(nowMs)) return 'away';
  if (!host.has(model)) return 'absent';
  if (host.isCooling(nowMs)) return 'cooling';
  return null;
}

/**
 * The best of the free hosts for a job: the first model that any can serve, and with it the host
 * with the least product of price, expected time and load. A host that lost the job already gets it
 * again only when there is no other.
 */
export function choose(
  job: PooledJob,
  hostsOf: (model: string) => Iterable<PoolHost>,
  nowMs: number,
): Choice | null {
  for (const model of job.facts.models) {
    const able = [...hostsOf(model)].filter((host) => refusal(job, host, model, nowMs) === null);
    const others = able.filter((host) => !job.lostBy.has(host.id));
    const candidates = others.length > 0 ? others : able;
    const free = candidates.filter((host) => host.room(nowMs) > 0);
    const best = bestOf(job, free, candidates);
    if (best) return { host: best, model };
  }
  return null;
}

function bestOf(job: PooledJob, free: PoolHost[], all: PoolHost[]): PoolHost | undefined {
  const [only] = free;
  if (free.length < 2) return only;
  const running = all.reduce((sum, host) => sum + host.running.size, 1);
  const bound = Math.ceil((LOAD_BOUND * running) / all.length);
  let best: PoolHost | undefined;
  let lowest = Number.POSITIVE_INFINITY;
  for (const host of free) {
    const cost = costOf(job, host, bound);
    if (cost < lowest) [best, lowest] = [host, cost];
  }
  return best;
}

function costOf(job: PooledJob, host: PoolHost, bound: number): number {
  const { stored, running } = host;
  const tokensPerSecond = host.tokensPerSecond ?? UNKNOWN_TOKENS_PER_SECOND;
  const expectedMs =
    (host.firstTokenMs ?? UNKNOWN_FIRST_TOKEN_MS) + (1_000 * job.maxTokens) / tokensPerSecond;
  const load = 1 + running.size / stored.slots;
  const isNear = host.hasRead(job.prefix) && running.size < bound;
  const cost = (stored.price.outputMicros + FREE_MICROS) * expectedMs * load;
  return isNear ? cost / PREFIX_GAIN : cost;
}

/** Why nobody serves the job, in a sentence: what each host that has a model of it is short of. */
export function whyWaiting(job: PooledJob, hosts: readonly Choice[], nowMs: number): string {
  if (hosts.length === 0) return 'no host has this model now';
  const counts = new Map<Refusal, number>();
  for (const { host, model } of hosts) {
    const reason = refusal(job, host, model, nowMs) ?? 'busy';
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const parts = [...counts].map(([reason, count]) => {
    const [one, many] = WORDS[reason];
    return count === 1 ? `one ${one}` : `${count} ${many}`;
  });
  const subject =
    hosts.length === 1 ? '1 host has this model' : `${hosts.length} hosts have this model`;
  return `${subject}: ${parts.join(', ')}`;
}

const WORDS: Record<Refusal, [one: string, many: string]> = {
  pending: ['waits for an admin to approve it', 'wait for an admin to approve them'],
  draining: ['is draining', 'are draining'],
  away: ['is away', 'are away'],
  absent: ['does not have it loaded now', 'do not have it loaded now'],
  cooling: ['is resting after a failure', 'are resting after failures'],
  features: ['lacks a feature that you ask for', 'lack a feature that you ask for'],
  max_tokens: ['answers with fewer tokens at most', 'answer with fewer tokens at most'],
  price: ['is above your price', 'are above your price'],
  busy: ['is busy', 'are busy'],
};
