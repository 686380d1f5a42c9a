import type { JobHandler } from '../jobs/types';
import { DELIVER_WEBHOOK, type Webhooks } from './service';

/** The kind of job that forgets what old deliveries said. */
export const SWEEP_WEBHOOKS = 'webhook.sweep';

/** A receiver that never answers holds a place for the time of one post. */
const CONCURRENCY = 16;

export function createWebhookHandler(webhooks: Webhooks): JobHandler {
  return {
    kind: DELIVER_WEBHOOK,
    concurrency: CONCURRENCY,
    perform: (run) => webhooks.deliver(run),
    ended: (tx, job) => webhooks.abandon(tx, job),
  };
}

export function createWebhookSweepHandler(webhooks: Webhooks): JobHandler {
  return {
    kind: SWEEP_WEBHOOKS,
    concurrency: 1,
    async perform() {
      await webhooks.sweep();
      return { outcome: 'done' };
    },
    async ended() {
      // Nothing is held for a sweep.
    },
  };
}
