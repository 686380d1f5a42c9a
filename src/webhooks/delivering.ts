import type { Db } from '../db/database';
import type { Transaction } from '../db/write';
import type { Job, JobOutcome, JobRun } from '../jobs/types';
import { assert } from '../lib/assert';
import type { Clock } from '../lib/clock';
import type { Chance } from '../lib/ids';
import type { GuardedPost } from '../net/guarded-post';
import { createAttempt, type Tried } from './attempt';
import type { Endpoints } from './endpoints';
import { MAX_TRIES, pauseMs } from './schedule';
import type { Secrets } from './secrets';
import { type DeliveryRow, deliveryStore } from './store';
import type { DeliveryError, SigningSecrets } from './types';

export interface DeliveringDeps {
  db: Db;
  clock: Clock;
  chance: Chance;
  post: GuardedPost;
  secrets: Secrets;
  endpoints: Endpoints;
}

/** A try that stands in the file as begun. */
interface Begun {
  delivery: DeliveryRow;
  seq: number;
  secrets: SigningSecrets;
}

/**
 * One try of one delivery, under the lease of its job in the queue. The try is written down before
 * it is made: one that a crash cut off shows as interrupted, does not count, and is made again.
 * The receiver may so get a message twice, under the same `webhook-id`.
 */
export function createDelivering(deps: DeliveringDeps) {
  const { db, clock, chance, secrets, endpoints } = deps;
  const store = db.bind(deliveryStore);
  const attempt = createAttempt(deps);

  /** What the job may do now is decided in the write that proves its lease. */
  async function begin(tx: Transaction, job: Job): Promise<Begun | JobOutcome> {
    const bound = store.within(tx);
    const delivery = await bound.byId(deliveryIdOf(job));
    // A retry by hand has given it to another job.
    if (delivery?.state !== 'pending' || delivery.queueJobId !== job.id) return { outcome: 'done' };
    const { id, userId, nextTryMs } = delivery;
    if (nextTryMs !== null && nextTryMs > clock.nowMs()) {
      return { outcome: 'snooze', untilMs: nextTryMs };
    }
    if (!delivery.byHand && (await endpoints.isDisabled(tx, delivery))) {
      const error = 'endpoint_disabled';
      return { outcome: 'failed', error, commit: (ending) => end(ending, job, error) };
    }
    await bound.interruptAttempts(id);
    const seq = await bound.beginAttempt(id, clock.nowMs());
    return { delivery, seq, secrets: await secrets.inForce(tx, userId) };
  }

  async function end(tx: Transaction, job: Job, error: DeliveryError | null): Promise<void> {
    const id = deliveryIdOf(job);
    const state = error === null ? 'delivered' : 'failed';
    const ending = { state, error, endedMs: clock.nowMs() } as const;
    const isItsJob = await store.within(tx).end({ id, queueJobId: job.id }, ending);
    if (isItsJob) await store.within(tx).interruptAttempts(id);
  }

  async function conclude(
    { job, write }: JobRun,
    { delivery, seq }: Begun,
    { retryAfterSeconds, ...finished }: Tried,
  ): Promise<JobOutcome> {
    const { error } = finished;
    const record = (tx: Transaction) => store.within(tx).finishAttempt(delivery.id, seq, finished);
    if (error === null) {
      const commit = async (tx: Transaction) => {
        await record(tx);
        await endpoints.succeeded(tx, delivery);
        await end(tx, job, null);
      };
      return { outcome: 'done', commit };
    }
    const tries = delivery.tries + 1;
    if (error === 'gone' || tries >= MAX_TRIES) {
      const commit = async (tx: Transaction) => {
        await record(tx);
        await endpoints.failed(tx, delivery);
        await endpoints.gaveUp(tx, delivery, error);
        await end(tx, job, error);
      };
      return { outcome: 'failed', error, commit };
    }
    const afterMs = pauseMs(tries, chance, retryAfterSeconds);
    await write(async (tx) => {
      await record(tx);
      await endpoints.failed(tx, delivery);
      const nextTryMs = clock.nowMs() + afterMs;
      await store.within(tx).postpone(delivery.id, { tries, nextTryMs, error });
    });
    return { outcome: 'retry', afterMs, error };
  }

  return {
    async deliver(run: JobRun): Promise<JobOutcome> {
      const begun = await run.write((tx) => begin(tx, run.job));
      if ('outcome' in begun) return begun;
      return conclude(run, begun, await attempt(begun.delivery, begun.secrets, run.signal));
    },

    /** Joins the write by which the queue itself ends the job: canceled, or interrupted too often. */
    async abandon(tx: Transaction, job: Job): Promise<void> {
      await end(tx, job, job.state === 'canceled' ? 'canceled' : 'abandoned');
    },
  };
}

function deliveryIdOf(job: Job): string {
  assert(job.payload !== null, 'a webhook job names its delivery');
  return job.payload;
}
