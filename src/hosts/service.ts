import type { Credits } from '../credits/service';
import type { Bound, Db } from '../db/database';
import type { Transaction } from '../db/write';
import type { Queue } from '../jobs/queue';
import type { Job } from '../jobs/types';
import type { Keys } from '../keys/service';
import { assert } from '../lib/assert';
import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import type { Chance } from '../lib/ids';
import type { Log } from '../lib/log';
import type { DestinationCheck } from '../net/destination';
import { Assigning } from './assigning';
import { type HostPortDeps, PooledHostPort } from './host-port';
import { INFERENCE, LONGEST_WAIT_MS } from './jobs';
import { offeredModels } from './offering';
import { Pool } from './pool';
import type { PoolHost } from './pool-host';
import type { PooledJob } from './pooled-job';
import type { Driver } from './push';
import { Recovery } from './recovery';
import { Registry } from './registry';
import { Settlement } from './settlement';
import { type InferenceStore, inferenceStore } from './store';
import { hostStore, type StoredHost } from './store-hosts';
import { createStreams } from './streams';
import { Submission } from './submission';
import type { HostPort, Hosts, Inference } from './types';
import { viewOf, viewOfNew } from './view';
import { Watch } from './watch';
import { Works } from './work';

export interface HostsDeps {
  db: Db;
  queue: Queue;
  credits: Credits;
  keys: Keys;
  clock: Clock;
  chance: Chance;
  log: Log;
  checkDestination: DestinationCheck;
  /** Works for a host that this server calls, until it is stopped. */
  drive(host: StoredHost, port: HostPort): Driver;
  options: { operatorSharePercent: number; openRegistration: boolean; maxPriceUsd: number };
}

/** The inference pool. Nothing is read or assigned before `load` or `start`. */
export function createHosts(deps: HostsDeps): Hosts {
  return new PooledHosts(deps);
}

class PooledHosts implements Hosts {
  readonly inference: Inference;
  readonly registry: Registry;
  #deps: HostsDeps;
  #pool: Pool;
  #store: Bound<InferenceStore>;
  #recovery: Recovery;
  #settlement: Settlement;
  #works: Works;
  #watch: Watch;
  #portDeps: HostPortDeps;
  #ports = new Map<string, HostPort>();
  #drivers = new Map<string, Driver>();

  constructor(deps: HostsDeps) {
    const pool = new Pool(deps.clock);
    const store = deps.db.bind(inferenceStore);
    const hosts = deps.db.bind(hostStore);
    const { operatorSharePercent, openRegistration: isOpen, maxPriceUsd } = deps.options;
    const base = { ...deps, pool, store, hosts, operatorSharePercent };
    const recovery = new Recovery(base);
    const refresh = (job: PooledJob) => recovery.refresh(job);
    const assigning = new Assigning({ ...base, refresh });
    const settlement = new Settlement(base);
    const workDeps = { ...base, refresh, assigning, settlement };
    const works = new Works(workDeps);
    this.#deps = deps;
    this.#pool = pool;
    this.#store = store;
    this.#recovery = recovery;
    this.#settlement = settlement;
    this.#works = works;
    this.#watch = new Watch({ ...base, works, assigning, catchUp: () => recovery.catchUp() });
    this.#portDeps = { ...workDeps, works };
    this.registry = new Registry({
      ...base,
      isOpen,
      maxPriceUsd,
      changed: (id) => this.#drive(id),
      port: (id) => this.#portOf(id),
    });
    this.inference = this.#inference(new Submission({ ...base, assigning }));
    const endedByQueue = (tx: Transaction, job: Job) => this.#endedByQueue(tx, job);
    const overdue = ({ id }: Job) => this.#overdue(id);
    deps.queue.onEnded(INFERENCE, endedByQueue, { ownsLeases: true, overdue });
  }

  load(): Promise<void> {
    return this.#recovery.loadHosts();
  }

  async start(): Promise<void> {
    this.#pool.isAssigning = true;
    await this.#recovery.loadAll();
    await this.#cancelUnread();
    for (const id of this.#pool.hosts.keys()) this.#drive(id);
    this.#watch.start();
  }

  async stop(): Promise<void> {
    this.#pool.isClosing = true;
    await this.#watch.stop();
    await Promise.all([...this.#drivers.values()].map((driver) => driver.stop()));
    for (const host of this.#pool.hosts.values()) host.poll?.end();
  }

  counts() {
    const hosts = [...this.#pool.hosts.values()];
    const nowMs = this.#deps.clock.nowMs();
    const isActive = (host: PoolHost) => host.stored.state === 'active' && host.isAlive(nowMs);
    return {
      activeHosts: hosts.filter(isActive).length,
      completedJobs: hosts.reduce((sum, { earnings }) => sum + earnings.settledJobs, 0),
      averageLatencyMs: Math.round(this.#pool.averageLatencyMs ?? 0),
    };
  }

  #inference(submission: Submission): Inference {
    const pool = this.#pool;
    const store = this.#store;
    const streams = createStreams({ ...this.#deps, pool, store });
    return {
      async submit(asker, request, idempotencyKey) {
        const accepted = await submission.submit(asker, request, idempotencyKey);
        if ('job' in accepted) return { view: viewOfNew(accepted.job), existing: false };
        const view = await streams.view(accepted.existingId);
        assert(view, 'a job that was accepted is there');
        return { view, existing: true };
      },
      async list(userId, { state = null, limit, offset }) {
        const rows = await store.read.ofUser(userId, state, limit, offset);
        const total = await store.read.countOfUser(userId, state);
        return { jobs: rows.map((row) => viewOf(row, pool)), total };
      },
      ...streams,
      cancel: (id) => this.#cancel(id),
      models: () => offeredModels(pool, this.#deps.clock.nowMs()),
      aliases: () => [...pool.aliases.values()],
    };
  }

  /** Whoever waited for these is gone with the process that told them. */
  async #cancelUnread(): Promise<void> {
    const unread = [...this.#pool.jobs.values()].filter(({ facts }) => !facts.outlivesReader);
    await Promise.all(unread.map(({ id }) => this.#cancel(id)));
  }

  async #cancel(id: string): Promise<void> {
    const job = this.#pool.jobs.get(id);
    const wasAtHost = await job?.inTurn(async () => {
      if (!job.work) return false;
      await this.#works.cancel(job, job.work);
      return true;
    });
    if (!wasAtHost) await this.#deps.queue.requestCancel(id);
  }

  /** Canceled while it waited, or waited too long. */
  async #endedByQueue(tx: Transaction, { id, keyId, createdMs, state }: Job): Promise<void> {
    const row = await this.#store.within(tx).get(id);
    assert(row, 'an inference has its row');
    const payer = { id, keyId, createdMs, heldMicros: row.heldMicros };
    if (state === 'canceled') await this.#settlement.settleWaiting(tx, payer);
    else await this.#settlement.release(tx, payer);
    tx.afterCommit(() => {
      const job = this.#pool.jobs.get(id);
      if (job) this.#recovery.drop(job);
    });
  }

  /** Why nobody took it, as far as this process knows. */
  #overdue(id: string): string {
    const job = this.#pool.jobs.get(id);
    const reason = job ? `: ${this.#pool.whyWaiting(job)}` : '';
    return `no host took it within ${LONGEST_WAIT_MS / 60_000} minutes${reason}`;
  }

  #portOf(hostId: string): HostPort {
    const host = this.#pool.hosts.get(hostId);
    if (!host) throw new Fault('not_found', `there is no host ${hostId}`);
    const port = this.#ports.get(hostId) ?? new PooledHostPort(this.#portDeps, host);
    this.#ports.set(hostId, port);
    return port;
  }

  /** Hosts with an address are called while they are in force. */
  #drive(hostId: string): void {
    const { isAssigning, isClosing, hosts } = this.#pool;
    const stored = hosts.get(hostId)?.stored;
    if (!isAssigning || isClosing || !stored || stored.endpointUrl === null) return;
    const driver = this.#drivers.get(hostId);
    if (stored.state === 'active' && !driver) {
      this.#drivers.set(hostId, this.#deps.drive(stored, this.#portOf(hostId)));
    }
    if (stored.state === 'disabled' && driver) {
      this.#drivers.delete(hostId);
      void driver.stop();
    }
  }
}
