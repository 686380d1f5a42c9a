import type { Db } from '../db/database';
import type { Transaction } from '../db/write';
import type { Queue } from '../jobs/queue';
import { assert } from '../lib/assert';
import type { Clock } from '../lib/clock';
import type { Chance } from '../lib/ids';
import type { Log } from '../lib/log';
import { mailStore } from './store';
import type { Delivery, MailTransport, NewMail, OutboxMessage } from './types';

/** The kind of job that hands one message of the outbox to the mail server. */
export const SEND_MAIL = 'mail.send';

/** Whose jobs they are in the fair queue. */
const QUEUE_USER = 'system';
/** With the queue's pauses this tries for half an hour: a server that greylists has let us in. */
const MAX_ATTEMPTS = 12;
const KEPT_MS = 30 * 24 * 3_600_000;

export type Mail = ReturnType<typeof createMail>;

export interface MailDeps {
  db: Db;
  queue: Queue;
  clock: Clock;
  chance: Chance;
  log: Log;
  /** Absent while no mail server is configured: messages then stay in the outbox. */
  transport?: MailTransport | undefined;
}

export function createMail(deps: MailDeps) {
  const store = deps.db.bind(mailStore);
  return {
    /** Joins the caller's write: the message is in the outbox if, and only if, that is committed.
     * It leaves the machine later, by the job queue. */
    async send(tx: Transaction, message: NewMail): Promise<void> {
      assert(!/[\r\n]/.test(message.to + message.subject), 'a header has no line breaks');
      const id = deps.chance.id();
      await store.within(tx).insert({
        id,
        recipient: message.to,
        subject: message.subject,
        text: message.text,
        html: message.html ?? null,
        state: 'unsent',
        error: null,
        createdMs: deps.clock.nowMs(),
        endedMs: null,
      });
      await deps.queue.enqueue(tx, {
        id: deps.chance.id(),
        kind: SEND_MAIL,
        userId: QUEUE_USER,
        payload: id,
        cost: 1,
        maxAttempts: MAX_ATTEMPTS,
      });
    },

    /** One attempt. Undefined when there is nothing to deliver, or no server to deliver it to. */
    async deliver(id: string): Promise<Delivery | undefined> {
      const message = await store.read.byId(id);
      if (message?.state !== 'unsent' || message.text === null) return undefined;
      if (deps.transport) return deps.transport.deliver({ ...message, text: message.text });
      const { recipient, subject } = message;
      deps.log.info('mail.kept', { id, recipient, subject, hint: 'read it: sonde mail list' });
      return undefined;
    },

    /** Joins the write that ends the message's job. */
    async end(tx: Transaction, id: string, error: string | null): Promise<void> {
      const state = error === null ? 'sent' : 'failed';
      await store.within(tx).end(id, { state, error, endedMs: deps.clock.nowMs() });
    },

    /** The outbox, newest first. */
    list: (page: { limit: number; offset: number }): Promise<OutboxMessage[]> =>
      store.read.list(page.limit, page.offset),

    /** Removes what is older than 30 days. */
    sweep: (): Promise<void> =>
      deps.db.write((tx) => store.within(tx).deleteBefore(deps.clock.nowMs() - KEPT_MS)),
  };
}
