import type { Credits } from '../credits/service';
import type { Bound, Db } from '../db/database';
import type { Transaction } from '../db/write';
import type { Queue } from '../jobs/queue';
import type { Job, NewJob } from '../jobs/types';
import type { Keys } from '../keys/service';
import type { Asker } from '../keys/types';
import { assert } from '../lib/assert';
import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import { type Chance, sha256Hex } from '../lib/ids';
import type { Assigning } from './assigning';
import { INFERENCE, LEASE_MS, LONGEST_WAIT_MS, MAX_ATTEMPTS } from './jobs';
import { checkAskable } from './offering';
import type { Pool } from './pool';
import { PooledJob } from './pooled-job';
import { boundMicros } from './price';
import { promptBound } from './prompt';
import type { Choice } from './routing';
import type { InferenceStore } from './store';
import type { InferenceRequest } from './types';

export interface SubmissionDeps {
  db: Db;
  queue: Queue;
  credits: Credits;
  keys: Keys;
  clock: Clock;
  chance: Chance;
  pool: Pool;
  store: Bound<InferenceStore>;
  assigning: Assigning;
}

/** Each costs about a kilobyte of memory. */
const MAX_LIVE_JOBS = 100_000;

/** How a request becomes a job: its hold, its row and, if a host is free, its assignment are one
 * write. */
export class Submission {
  #deps: SubmissionDeps;

  constructor(deps: SubmissionDeps) {
    this.#deps = deps;
  }

  async submit(
    asker: Asker,
    request: InferenceRequest,
    idempotencyKey: string | null,
  ): Promise<{ job: PooledJob } | { existingId: string }> {
    const { db, queue, assigning } = this.#deps;
    const job = this.#jobFor(asker, request, idempotencyKey);
    const requestHash = idempotencyKey === null ? null : sha256Hex(JSON.stringify(request));
    const newJob = { ...newJobOf(job, asker), idempotencyKey, requestHash };
    let choice: Choice | null = null;
    try {
      const outcome = await db.write(async (tx) => {
        if (idempotencyKey !== null && requestHash !== null) {
          const { userId } = asker;
          const prior = await queue.findIdempotent(tx, userId, idempotencyKey, requestHash);
          if (prior) return { existingId: prior.id };
        }
        await this.#hold(tx, job, asker);
        // In here, so that each body of a group sees what the ones before it have taken.
        choice = this.#deps.pool.offer(job);
        if (choice) assigning.reserve(job, choice);
        return { claimed: await this.#accept(tx, job, choice, newJob) };
      });
      if (outcome.existingId !== undefined) return { existingId: outcome.existingId };
      this.#enter(job, choice, outcome.claimed);
    } catch (thrown) {
      if (choice) assigning.unreserve(job, choice);
      throw thrown;
    }
    return { job };
  }

  #jobFor(asker: Asker, request: InferenceRequest, idempotencyKey: string | null): PooledJob {
    const { pool, chance, clock } = this.#deps;
    if (pool.jobs.size >= MAX_LIVE_JOBS) {
      throw new Fault('unavailable', 'too many jobs wait for the pool: try again later', {
        retryAfterSeconds: 10,
      });
    }
    const { models, price } = checkAskable(pool, request, clock.nowMs());
    const bound = promptBound(request);
    return new PooledJob({
      id: chance.id(),
      userId: asker.userId,
      keyId: asker.key?.isCapped ? asker.key.id : null,
      request,
      models,
      price,
      promptBound: bound,
      heldMicros: boundMicros(price, bound, request.maxTokens),
      priority: pool.priorities.get(asker.userId) ?? 0,
      createdMs: clock.nowMs(),
      outlivesReader: request.task === 'run' || idempotencyKey !== null,
    });
  }

  async #hold(tx: Transaction, { id, facts }: PooledJob, { key }: Asker): Promise<void> {
    const { credits, keys } = this.#deps;
    const { userId, heldMicros: amountMicros, createdMs } = facts;
    if (amountMicros === 0) return;
    await credits.hold(tx, { id, userId, amountMicros });
    if (key?.isCapped)
      await keys.reserveSpend(tx, { keyId: key.id, atMs: createdMs, amountMicros });
  }

  /** The job starts at a host, or waits. */
  async #accept(
    tx: Transaction,
    job: PooledJob,
    choice: Choice | null,
    newJob: NewJob,
  ): Promise<Job | null> {
    const { queue } = this.#deps;
    if (choice) {
      const claimed = await queue.enqueueClaimed(tx, newJob, LEASE_MS);
      await this.#record(tx, job, choice);
      return claimed;
    }
    const { place } = await queue.enqueue(tx, newJob);
    assert(place !== null, 'a new job is due at once');
    job.place = place;
    await this.#record(tx, job, null);
    return null;
  }

  async #record(tx: Transaction, job: PooledJob, choice: Choice | null): Promise<void> {
    const { request, models, price, promptBound: bound, heldMicros } = job.facts;
    await this.#deps.store.within(tx).insert({
      jobId: job.id,
      task: request.task,
      model: request.model,
      models,
      request: JSON.stringify(request),
      maxTokens: request.maxTokens,
      promptBound: bound,
      inputPriceMicros: price.inputMicros,
      outputPriceMicros: price.outputMicros,
      heldMicros,
      hostId: choice?.host.id ?? null,
      servedModel: choice?.model ?? null,
    });
  }

  #enter(job: PooledJob, choice: Choice | null, claimed: Job | null): void {
    const { pool, assigning } = this.#deps;
    if (!pool.isAssigning) return;
    pool.jobs.set(job.id, job);
    if (choice && claimed) {
      assigning.begin(job, choice, claimed);
      return;
    }
    pool.enqueue(job);
    assigning.serveAny(job);
  }
}

/** In the fair queue a job weighs the tokens that it may take. */
function newJobOf(job: PooledJob, { userId, key }: Asker): NewJob {
  const { promptBound: bound, request, createdMs } = job.facts;
  return {
    id: job.id,
    kind: INFERENCE,
    userId,
    keyId: key?.id ?? null,
    cost: bound + request.maxTokens,
    priority: job.facts.priority,
    maxAttempts: MAX_ATTEMPTS,
    deadlineMs: createdMs + LONGEST_WAIT_MS,
  };
}
