import type { Credits } from '../credits/service';
import type { Db } from '../db/database';
import type { Transaction } from '../db/write';
import type { Queue } from '../jobs/queue';
import type { Job, NewJob } from '../jobs/types';
import type { Asker } from '../keys/types';
import { assert } from '../lib/assert';
import type { Clock } from '../lib/clock';
import { type Chance, sha256Hex } from '../lib/ids';
import { wholeCredits } from '../lib/money';
import type { Library } from '../library/service';
import { RESEARCH } from './jobs';
import { holdMicros } from './modes';
import { type Pinned, type PinningPorts, pin } from './pinning';
import { checkRequest } from './request';
import type { KeySpending } from './spending';
import { researchStore } from './store';
import type { ResearchRequest } from './types';

export interface Submitted {
  id: string;
  /** True when the same Idempotency-Key was used before: this is the job of that time. */
  existing: boolean;
}

export interface SubmissionDeps extends PinningPorts {
  db: Db;
  queue: Queue;
  credits: Credits;
  keys: KeySpending;
  library: Library;
  clock: Clock;
  chance: Chance;
}

/** In the fair queue a job weighs what it may cost, in whole credits, and never nothing. */
const LEAST_WEIGHT = 1;
/** A job that one process runs by itself ends with it. */
const CLAIMED_ATTEMPTS = 1;

/** How a question becomes a job: its hold, its row and its first event are one write. */
export class Submission {
  #deps: SubmissionDeps;
  #store;

  constructor(deps: SubmissionDeps) {
    this.#deps = deps;
    this.#store = deps.db.bind(researchStore);
  }

  async submit(
    asker: Asker,
    request: ResearchRequest,
    idempotencyKey: string | null,
  ): Promise<Submitted> {
    await checkRequest(request);
    const { db, queue, chance } = this.#deps;
    const requestHash = idempotencyKey === null ? null : sha256Hex(JSON.stringify(request));
    const pinned = await pin(this.#deps, asker.userId, request);
    return db.write(async (tx) => {
      if (idempotencyKey !== null && requestHash !== null) {
        const prior = await queue.findIdempotent(tx, asker.userId, idempotencyKey, requestHash);
        if (prior) return { id: prior.id, existing: true };
      }
      const id = chance.id();
      await this.#hold(tx, id, asker, pinned);
      const accepted = { ...newJob(id, asker, pinned), idempotencyKey, requestHash };
      const { job } = await queue.enqueue(tx, accepted);
      if (asker.key?.isCapped) await this.#reserveSpend(tx, job, pinned);
      await this.#record(tx, job, pinned);
      return { id, existing: false };
    });
  }

  async submitClaimed(
    asker: Asker,
    request: ResearchRequest,
    options: { leaseMs: number; isGranted: boolean },
  ): Promise<Job> {
    await checkRequest(request);
    const { db, queue, credits, chance } = this.#deps;
    const pinned = await pin(this.#deps, asker.userId, request);
    return db.write(async (tx) => {
      const id = chance.id();
      if (options.isGranted) {
        await credits.grant(tx, {
          id: `operator/${id}`,
          userId: asker.userId,
          bucket: 'purchased',
          amountMicros: holdMicros(pinned.request),
          note: 'run by the operator on the command line',
        });
      }
      await this.#hold(tx, id, asker, pinned);
      const claimed = { ...newJob(id, asker, pinned), maxAttempts: CLAIMED_ATTEMPTS };
      const job = await queue.enqueueClaimed(tx, claimed, options.leaseMs);
      if (asker.key?.isCapped) await this.#reserveSpend(tx, job, pinned);
      await this.#record(tx, job, pinned);
      return job;
    });
  }

  async #hold(tx: Transaction, id: string, asker: Asker, { request }: Pinned): Promise<void> {
    const { credits } = this.#deps;
    await credits.hold(tx, { id, userId: asker.userId, amountMicros: holdMicros(request) });
  }

  async #reserveSpend(tx: Transaction, job: Job, { request }: Pinned): Promise<void> {
    const { keyId, createdMs } = job;
    assert(keyId, "a cap is a key's");
    const spend = { keyId, atMs: createdMs, amountMicros: holdMicros(request) };
    await this.#deps.keys.reserveSpend(tx, spend);
  }

  async #record(tx: Transaction, job: Job, { request, snapshots }: Pinned): Promise<void> {
    const { library, clock } = this.#deps;
    const { id, userId } = job;
    const store = this.#store.within(tx);
    await store.insert({
      jobId: id,
      userId,
      question: request.question,
      mode: request.mode,
      request: JSON.stringify(request),
      heldMicros: holdMicros(request),
      createdMs: clock.nowMs(),
    });
    for (const snapshot of snapshots) await library.putSnapshot(tx, snapshot);
    for (const source of request.sources) {
      if (source.kind === 'snapshot') await store.nameSource(id, source.hash);
    }
  }
}

/** In the fair queue a job weighs what it may cost. */
function newJob(id: string, { userId, key }: Asker, { request }: Pinned): NewJob {
  const heldMicros = holdMicros(request);
  const firstEvent = {
    type: 'accepted',
    data: { mode: request.mode, held_micros: heldMicros },
  };
  return {
    id,
    kind: RESEARCH,
    userId,
    keyId: key?.id ?? null,
    cost: Math.max(LEAST_WEIGHT, wholeCredits(heldMicros)),
    firstEvent,
  };
}
