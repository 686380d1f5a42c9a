import { desc, eq, sql } from 'drizzle-orm';
import type { Connection } from '../db/client';
import { stripeEvent } from '../db/schema/stripe-events';

export type StripeEventRow = typeof stripeEvent.$inferSelect;

export interface StripeEventListRow {
  id: string;
  eventType: string;
  hasBody: boolean;
  receivedMs: number;
}

export function stripeEventStore({ drizzle }: Connection) {
  const byId = drizzle
    .select()
    .from(stripeEvent)
    .where(eq(stripeEvent.id, sql.placeholder('id')))
    .prepare();
  return {
    async byId(id: string): Promise<StripeEventRow | undefined> {
      return byId.get({ id });
    },
    async list(limit: number, offset: number): Promise<StripeEventListRow[]> {
      return drizzle
        .select({
          id: stripeEvent.id,
          eventType: stripeEvent.eventType,
          hasBody: sql<boolean>`${stripeEvent.body} IS NOT NULL`.mapWith(Boolean),
          receivedMs: stripeEvent.receivedMs,
        })
        .from(stripeEvent)
        .orderBy(desc(stripeEvent.receivedMs), desc(stripeEvent.id))
        .limit(limit)
        .offset(offset);
    },
  };
}
