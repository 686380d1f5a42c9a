import type { Clock } from '../lib/clock';
import { isPresent } from './hosted-models';
import { goesBefore, Line } from './line';
import { blended, PoolHost } from './pool-host';
import type { PooledJob } from './pooled-job';
import { type Choice, choose, refusal, whyWaiting } from './routing';
import type { StoredHost } from './store-hosts';
import type { ModelAlias, Waiting } from './types';

/**
 * What this process knows of hosts and of jobs that have not ended. One process assigns the jobs of
 * a database: what it decides here it proves in a write, and what that write contradicts is read
 * anew (`recovery.ts`).
 */
export class Pool {
  readonly jobs = new Map<string, PooledJob>();
  readonly hosts = new Map<string, PoolHost>();
  readonly aliases = new Map<string, ModelAlias>();
  /** By user; absent for 0. */
  readonly priorities = new Map<string, number>();
  /** From the acceptance of a job to its end, of late; null before the first. */
  averageLatencyMs: number | null = null;
  /** False in a process that only reads and accepts: its memory of jobs would not be kept up. */
  isAssigning = false;
  /** Nothing more is assigned. */
  isClosing = false;
  #clock: Clock;
  #byModel = new Map<string, Set<PoolHost>>();
  #byKey = new Map<string, PoolHost>();
  #lines = new Map<string, Line>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A host that is new, or whose row has changed. */
  putHost(stored: StoredHost): PoolHost {
    const host = this.hosts.get(stored.id) ?? new PoolHost(stored);
    this.hosts.set(stored.id, host);
    this.#byKey.set(stored.keyHash, host);
    const names = stored.state === 'disabled' ? [] : stored.models.map(({ name }) => name);
    for (const { name } of host.stored.models) {
      if (!names.includes(name)) this.#byModel.get(name)?.delete(host);
    }
    for (const name of names) {
      const hosts = this.#byModel.get(name) ?? new Set();
      this.#byModel.set(name, hosts.add(host));
    }
    host.stored = stored;
    return host;
  }

  hostOfKey(keyHash: string): PoolHost | undefined {
    return this.#byKey.get(keyHash);
  }

  /** Those that offer it. */
  hostsOf = (model: string): Iterable<PoolHost> => this.#byModel.get(model) ?? [];

  /** All that some host offers, or did. */
  modelNames(): string[] {
    return [...this.#byModel.keys()].sort();
  }

  /** A host for a job that has just come, if nobody waits before it. */
  offer(job: PooledJob): Choice | null {
    const isAwaited = job.facts.models.some((model) => (this.#lines.get(model)?.length ?? 0) > 0);
    return isAwaited ? null : choose(job, this.hostsOf, this.#clock.nowMs());
  }

  /** Whom a free host serves next: of the jobs that wait for its models, the first that it may have
   * and that it is the right one for. */
  next(host: PoolHost): { job: PooledJob; model: string } | null {
    const nowMs = this.#clock.nowMs();
    let first: { job: PooledJob; model: string } | null = null;
    for (const offered of host.stored.models) {
      if (!isPresent(offered)) continue;
      const { name: model } = offered;
      for (const job of this.#lines.get(model) ?? []) {
        if (first && !goesBefore(job, first.job)) break;
        if (!this.#serves(host, job, model, nowMs)) continue;
        first = { job, model };
        break;
      }
    }
    return first;
  }

  #serves(host: PoolHost, job: PooledJob, model: string, nowMs: number): boolean {
    if (refusal(job, host, model, nowMs) !== null) return false;
    if (!job.lostBy.has(host.id)) return true;
    return !this.#able(job).some((other) => !job.lostBy.has(other.host.id));
  }

  /** The hosts that could serve the job now, free or not. */
  #able(job: PooledJob): Choice[] {
    const nowMs = this.#clock.nowMs();
    return this.choices(job).filter(({ host, model }) => refusal(job, host, model, nowMs) === null);
  }

  /** Every host that offers a model of the job, with the first such model. */
  choices(job: PooledJob): Choice[] {
    const choices = new Map<PoolHost, Choice>();
    for (const model of job.facts.models) {
      for (const host of this.hostsOf(model)) {
        if (!choices.has(host)) choices.set(host, { host, model });
      }
    }
    return [...choices.values()];
  }

  observeLatency({ facts }: PooledJob): void {
    this.averageLatencyMs = blended(this.averageLatencyMs, this.#clock.nowMs() - facts.createdMs);
  }

  enqueue(job: PooledJob): void {
    for (const model of job.facts.models) {
      const line = this.#lines.get(model) ?? new Line();
      this.#lines.set(model, line);
      line.add(job);
    }
  }

  dequeue(job: PooledJob): void {
    for (const model of job.facts.models) {
      const line = this.#lines.get(model);
      line?.remove(job);
      if (line?.length === 0) this.#lines.delete(model);
    }
  }

  /** A line without jobs is dropped. */
  get isAnyWaiting(): boolean {
    return this.#lines.size > 0;
  }

  /** For a job that waits. */
  waiting(job: PooledJob): Waiting {
    const ahead = this.#ahead(job);
    const tokens = [...ahead, job].reduce((sum, each) => sum + each.maxTokens, 0);
    const rate = this.#able(job).reduce(
      (sum, { host }) => sum + (host.tokensPerSecond ?? 0) * host.stored.slots,
      0,
    );
    return {
      position: ahead.size + 1,
      etaMs: rate > 0 ? Math.round((1_000 * tokens) / rate) : null,
      reason: this.whyWaiting(job),
    };
  }

  whyWaiting(job: PooledJob): string {
    return whyWaiting(job, this.choices(job), this.#clock.nowMs());
  }

  #ahead(job: PooledJob): Set<PooledJob> {
    const ahead = new Set<PooledJob>();
    for (const model of job.facts.models) {
      for (const other of this.#lines.get(model) ?? []) {
        if (!goesBefore(other, job)) break;
        ahead.add(other);
      }
    }
    return ahead;
  }
}
