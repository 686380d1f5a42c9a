import type { Db } from '../db/database';
import type { Transaction } from '../db/write';
import type { Queue } from '../jobs/queue';
import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import type { Chance } from '../lib/ids';
import type { Mail } from '../mail/service';
import type { DestinationCheck } from '../net/destination';
import { FetchFault } from '../net/fetch-fault';
import type { GuardedPost } from '../net/guarded-post';
import { createDelivering } from './delivering';
import { createEndpoints } from './endpoints';
import { MAX_TRIES } from './schedule';
import { createSecrets } from './secrets';
import { deliveryStore } from './store';
import type {
  Attempt,
  Delivery,
  DeliveryFilter,
  DeliveryListRow,
  DeliveryState,
  NewDelivery,
} from './types';

/** The kind of job that makes the tries of one delivery. */
export const DELIVER_WEBHOOK = 'webhook.deliver';

/** Interrupted tries do not count, but a process that dies at each one is not let go on for ever. */
const MAX_STARTS = 3 * MAX_TRIES;
const URL_MAX_LENGTH = 2_048;
const KEPT_MS = 30 * 24 * 3_600_000;

export type Webhooks = ReturnType<typeof createWebhooks>;

export interface WebhookDeps {
  db: Db;
  queue: Queue;
  clock: Clock;
  chance: Chance;
  mail: Pick<Mail, 'send'>;
  post: GuardedPost;
  checkDestination: DestinationCheck;
}

/** What tells a user's server that a job has ended. With a `userId`, somebody else's delivery is as
 * good as none; without one it is the operator who asks. */
export function createWebhooks(deps: WebhookDeps) {
  const secrets = createSecrets(deps);
  const endpoints = createEndpoints(deps);
  return {
    ...createOutbox(deps, endpoints.isDisabled),
    ...createDelivering({ ...deps, secrets, endpoints }),
    ...createRecords(deps),
    /** The user's signing secret. */
    secret: secrets.secret,
    rotateSecret: secrets.rotateSecret,
    enable: endpoints.enable,
  };
}

/** Deliveries as they are made, and made again. */
function createOutbox(
  { db, queue, clock, chance, checkDestination }: WebhookDeps,
  isDisabled: (tx: Transaction, delivery: NewDelivery) => Promise<boolean>,
) {
  const store = db.bind(deliveryStore);

  async function queueRound(tx: Transaction, id: string, userId: string): Promise<string> {
    const { job } = await queue.enqueue(tx, {
      id: chance.id(),
      kind: DELIVER_WEBHOOK,
      userId,
      payload: id,
      cost: 1,
      maxAttempts: MAX_STARTS,
    });
    return job.id;
  }

  return {
    /** The address as it will be called. Throws Fault `invalid_request` that names `field`. */
    async checkedUrl(url: string, field: string): Promise<string> {
      if (url.length > URL_MAX_LENGTH) {
        const message = `${field} must have at most ${URL_MAX_LENGTH} characters`;
        throw new Fault('invalid_request', message, { field });
      }
      try {
        return await checkDestination(url);
      } catch (thrown) {
        if (!(thrown instanceof FetchFault)) throw thrown;
        throw new Fault('invalid_request', `${field}: ${thrown.message}`, { field, cause: thrown });
      }
    },

    /** Joins the write that ends the job: it is delivered if, and only if, that is committed. To an
     * endpoint that is disabled it has failed already, and can be sent again by hand. */
    async enqueue(tx: Transaction, delivery: NewDelivery): Promise<void> {
      const id = chance.id();
      const createdMs = clock.nowMs();
      const { userId, jobId, url, event, body } = delivery;
      const row = { id, userId, jobId, url, event, body, tries: 0, byHand: false, createdMs };
      if (await isDisabled(tx, delivery)) {
        const refused = {
          state: 'failed',
          error: 'endpoint_disabled',
          endedMs: createdMs,
        } as const;
        return store.within(tx).insert({ ...row, ...refused, queueJobId: null, nextTryMs: null });
      }
      const queueJobId = await queueRound(tx, id, userId);
      const pending = {
        state: 'pending',
        error: null,
        nextTryMs: createdMs,
        endedMs: null,
      } as const;
      await store.within(tx).insert({ ...row, ...pending, queueJobId });
    },

    /**
     * Sends it now, and then by the whole schedule again. The first try is made though the endpoint
     * may be disabled, and enables it if it succeeds. Throws Fault `not_found`, or `conflict` while
     * a try is under way or when the body is no longer kept.
     */
    retry: (id: string, userId?: string): Promise<void> =>
      db.write(async (tx) => {
        const bound = store.within(tx);
        const delivery = visible(await bound.byId(id), id, userId);
        if (delivery.body === null) {
          throw new Fault(
            'conflict',
            'this delivery ended more than 30 days ago: its body is gone',
          );
        }
        if (await bound.hasOpenAttempt(id)) {
          throw new Fault('conflict', 'this delivery is being tried now: look again in a minute');
        }
        const queueJobId = await queueRound(tx, id, delivery.userId);
        await bound.restart(id, { queueJobId, nextTryMs: clock.nowMs() });
      }),
  };
}

/** What became of deliveries. */
function createRecords({ db, clock }: WebhookDeps) {
  const store = db.bind(deliveryStore);
  return {
    /** Of the newest delivery that tells about the job; undefined when there is none. */
    stateOfJob: (jobId: string): Promise<DeliveryState | undefined> => store.read.stateOfJob(jobId),

    /** Newest first. */
    deliveries: (filter: DeliveryFilter): Promise<DeliveryListRow[]> => store.read.list(filter),

    /** Throws Fault `not_found`. */
    async delivery(id: string, userId?: string): Promise<Delivery> {
      return visible(await store.read.shown(id), id, userId);
    },

    /** The first one first. Throws Fault `not_found`. */
    async attempts(id: string, userId?: string): Promise<Attempt[]> {
      visible(await store.read.shown(id), id, userId);
      return store.read.attempts(id);
    },

    /** Forgets the bodies and the tries of what ended more than 30 days ago. */
    sweep: (): Promise<void> =>
      db.write((tx) => store.within(tx).forgetBefore(clock.nowMs() - KEPT_MS)),
  };
}

function visible<Row extends Delivery>(row: Row | undefined, id: string, userId?: string): Row {
  if (!row || (userId !== undefined && row.userId !== userId)) {
    throw new Fault('not_found', `no delivery has the id ${id.slice(0, 80)}`, { field: 'id' });
  }
  return row;
}
