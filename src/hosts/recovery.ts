import type { Credits } from '../credits/service';
import type { Bound, Db } from '../db/database';
import { hasEnded } from '../jobs/lifecycle';
import type { Queue } from '../jobs/queue';
import type { Clock } from '../lib/clock';
import { INFERENCE } from './jobs';
import type { Pool } from './pool';
import { PooledJob } from './pooled-job';
import type { InferenceRow, InferenceStore } from './store';
import type { HostStore, StoredHost } from './store-hosts';
import type { InferenceRequest } from './types';

export interface RecoveryDeps {
  db: Db;
  queue: Queue;
  credits: Credits;
  clock: Clock;
  pool: Pool;
  store: Bound<InferenceStore>;
  hosts: Bound<HostStore>;
}

/** Brings memory to what the database says: at the start, and when another process wrote. */
export class Recovery {
  #deps: RecoveryDeps;
  #readVersion: number | null = null;

  constructor(deps: RecoveryDeps) {
    this.#deps = deps;
  }

  async loadHosts(): Promise<void> {
    const { credits, hosts, pool } = this.#deps;
    const earnings = await credits.earnings();
    for (const stored of await hosts.read.all()) {
      const known = pool.hosts.get(stored.id)?.stored;
      const host = pool.putHost(known ? withSignOf(stored, known) : stored);
      host.earnings = earnings.get(stored.id) ?? host.earnings;
    }
    const aliases = await hosts.read.aliases();
    pool.aliases.clear();
    for (const alias of aliases) pool.aliases.set(alias.name, alias);
    for (const { userId, priority } of await hosts.read.priorities()) {
      pool.priorities.set(userId, priority);
    }
  }

  async loadAll(): Promise<void> {
    await this.loadHosts();
    const placeOf = await this.#places();
    for (const row of await this.#deps.store.read.live()) {
      if (!this.#deps.pool.jobs.has(row.jobId)) await this.#load(row, placeOf);
    }
  }

  /** What came and went in other processes. */
  async catchUp(): Promise<void> {
    const { db, pool, store } = this.#deps;
    // Read first: what is committed while the rest is read shows the next time.
    const version = await db.othersVersion();
    if (version === this.#readVersion) return;
    await this.loadHosts();
    const before = [...pool.jobs.keys()];
    const live = new Set(await store.read.liveIds());
    const missing = [...live].filter((id) => !pool.jobs.has(id));
    const placeOf = missing.length > 0 ? await this.#places() : new Map<string, number>();
    for (const id of missing) {
      const row = await store.read.get(id);
      // Since the ids were read it may have ended, or come in by this process.
      if (row && !hasEnded(row.state) && !pool.jobs.has(id)) await this.#load(row, placeOf);
    }
    for (const id of before) {
      const job = live.has(id) ? undefined : pool.jobs.get(id);
      if (job) await job.inTurn(() => this.refresh(job));
    }
    this.#readVersion = version;
  }

  /** A job is not as memory has it. In the job's turn. */
  async refresh(job: PooledJob): Promise<void> {
    const { store, pool } = this.#deps;
    job.work?.host.running.delete(job.id);
    job.work = null;
    pool.dequeue(job);
    const row = await store.read.get(job.id);
    if (!row || hasEnded(row.state)) {
      this.drop(job);
      return;
    }
    job.place ??= (await this.#places()).get(job.id) ?? null;
    await this.#putInPlace(job, row);
    job.changed();
  }

  /** It has ended, and not by a host of this process. */
  drop(job: PooledJob): void {
    job.work?.host.running.delete(job.id);
    job.work = null;
    this.#deps.pool.dequeue(job);
    this.#deps.pool.jobs.delete(job.id);
    job.isEnded = true;
    job.changed();
  }

  async #load(row: InferenceRow, placeOf: Map<string, number>): Promise<void> {
    const job = new PooledJob({
      id: row.jobId,
      userId: row.userId,
      keyId: row.keyId,
      request: JSON.parse(row.request) as InferenceRequest,
      models: JSON.parse(row.models) as string[],
      price: { inputMicros: row.inputPriceMicros, outputMicros: row.outputPriceMicros },
      promptBound: row.promptBound,
      heldMicros: row.heldMicros,
      priority: row.priority,
      createdMs: row.createdMs,
      outlivesReader: row.task === 'run' || row.idempotencyKey !== null,
    });
    job.place = placeOf.get(job.id) ?? null;
    this.#deps.pool.jobs.set(job.id, job);
    await job.inTurn(() => this.#putInPlace(job, row));
  }

  /** Where the row says that it is: at a host, or waiting. */
  async #putInPlace(job: PooledJob, row: InferenceRow): Promise<void> {
    const { store, pool, clock } = this.#deps;
    for (const { fromSeq, deltas } of await store.read.pieces(job.id)) {
      const texts = JSON.parse(deltas) as string[];
      job.pieces.push(...texts.slice(Math.max(0, job.pieces.length + 1 - fromSeq)));
    }
    const losses = await store.read.losses(job.id);
    for (const { hostId } of losses) job.lostBy.add(hostId);
    const host = row.hostId === null ? undefined : pool.hosts.get(row.hostId);
    if (row.state === 'queued' || !host) {
      pool.enqueue(job);
      return;
    }
    job.work = {
      jobId: job.id,
      fence: row.fence,
      host,
      model: row.servedModel ?? row.model,
      sinceMs: clock.nowMs(),
      handedMs: clock.nowMs(),
      untilMs: row.leasedUntilMs ?? clock.nowMs(),
      before: losses.reduce((sum, { pieces }) => sum + pieces, 0),
      handedAt: job.pieces.length,
      heardMs: null,
      firstPieceMs: null,
      pieceMs: null,
    };
    host.running.add(job.id);
  }

  async #places(): Promise<Map<string, number>> {
    const ready = await this.#deps.queue.ready(INFERENCE);
    return new Map(ready.map(({ id, place }) => [id, place]));
  }
}

/** Signs of life are newer in memory than in the file. */
function withSignOf(stored: StoredHost, known: StoredHost): StoredHost {
  const { heartbeatMs, gpuUtilization, models } = known;
  return { ...stored, heartbeatMs, gpuUtilization, models };
}
