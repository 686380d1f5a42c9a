import type { Audit } from '../audit/service';
import type { Db } from '../db/database';
import type { Transaction } from '../db/write';
import { Fault } from '../lib/fault';
import { type StripeEventListRow, stripeEventStore } from './store-events';

export type { StripeEventListRow };

/** Does what an event asks for, in the given write. Must do it once, however often it is called. */
export type StripeEventHandler = (tx: Transaction, event: unknown) => Promise<void>;

/** What Stripe told. Without handlers events are kept and shown, and none can be replayed. */
export interface StripeEvents {
  /** Newest first. */
  list(page: { limit: number; offset: number }): Promise<StripeEventListRow[]>;
  /**
   * Gives a stored event to the handler of its type once more. Throws Fault `not_found` for an
   * event that is not there, has no stored body, or is of a type that nothing here handles.
   */
  replay(actorId: string, id: string): Promise<void>;
}

export function createStripeEvents(deps: {
  db: Db;
  audit: Audit;
  /** By event type: `checkout.session.completed`. */
  handlers: ReadonlyMap<string, StripeEventHandler>;
}): StripeEvents {
  const { read } = deps.db.bind(stripeEventStore);
  return {
    list: ({ limit, offset }) => read.list(limit, offset),
    async replay(actorId, id) {
      const event = await read.byId(id);
      if (!event || event.body === null)
        throw notFound(`no event with a stored body has the id ${id.slice(0, 80)}`);
      const handle = deps.handlers.get(event.eventType);
      if (!handle)
        throw notFound(`nothing handles events of type ${event.eventType}: none was replayed`);
      const body: unknown = JSON.parse(event.body);
      await deps.audit.perform(
        { actorId, action: 'stripe_event.replay', subject: id },
        async (tx) => {
          await handle(tx, body);
          return {
            result: undefined,
            change: { before: null, after: { event_type: event.eventType } },
          };
        },
      );
    },
  };
}

function notFound(message: string): Fault {
  return new Fault('not_found', message, { field: 'id' });
}
