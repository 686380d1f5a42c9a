import { backoffMs } from '../jobs/backoff';
import type { Job, JobHandler, JobOutcome } from '../jobs/types';
import { assert } from '../lib/assert';
import type { Chance } from '../lib/ids';
import { type Mail, SEND_MAIL } from './service';

/** The kind of job that forgets old messages. */
export const SWEEP_MAIL = 'mail.sweep';

/** Mail servers count connections. */
const CONCURRENCY = 4;

export function createMailHandler({ mail, chance }: { mail: Mail; chance: Chance }): JobHandler {
  return {
    kind: SEND_MAIL,
    concurrency: CONCURRENCY,
    async perform({ job }): Promise<JobOutcome> {
      const id = mailIdOf(job);
      const delivery = await mail.deliver(id);
      switch (delivery?.outcome) {
        case undefined:
          return { outcome: 'done' };
        case 'accepted':
          return { outcome: 'done', commit: (tx) => mail.end(tx, id, null) };
        case 'refused':
          return {
            outcome: 'failed',
            error: delivery.error,
            commit: (tx) => mail.end(tx, id, delivery.error),
          };
        case 'deferred':
          return {
            outcome: 'retry',
            afterMs: backoffMs(job.attempts, chance),
            error: delivery.error,
          };
      }
    },
    ended: (tx, job) => mail.end(tx, mailIdOf(job), job.error ?? 'it was given up'),
  };
}

export function createMailSweepHandler(mail: Mail): JobHandler {
  return {
    kind: SWEEP_MAIL,
    concurrency: 1,
    async perform() {
      await mail.sweep();
      return { outcome: 'done' };
    },
    async ended() {
      // Nothing is held for a sweep.
    },
  };
}

function mailIdOf(job: Job): string {
  assert(job.payload !== null, 'a mail job names its message');
  return job.payload;
}
