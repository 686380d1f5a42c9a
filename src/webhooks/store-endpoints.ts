import { and, eq } from 'drizzle-orm';
import type { Connection } from '../db/client';
import { user } from '../db/schema/accounts';
import { webhookFailingEndpoint, webhookSecret } from '../db/schema/webhooks';

export type FailingEndpoint = typeof webhookFailingEndpoint.$inferSelect;
export type SecretRow = typeof webhookSecret.$inferSelect;

/** What belongs to a user, not to one delivery: where their webhooks go, and what signs them. */
export function endpointStore(connection: Connection) {
  return { ...endpointStatements(connection), ...secretStatements(connection) };
}

function endpointStatements({ drizzle }: Connection) {
  const named = (userId: string, origin: string) =>
    and(eq(webhookFailingEndpoint.userId, userId), eq(webhookFailingEndpoint.origin, origin));
  return {
    /** Undefined for one that last took what it was sent, or was never called. */
    async failing(userId: string, origin: string): Promise<FailingEndpoint | undefined> {
      return drizzle.select().from(webhookFailingEndpoint).where(named(userId, origin)).get();
    },
    /** The first failure since the last success stands. */
    async enterFailing(userId: string, origin: string, failingSinceMs: number): Promise<void> {
      await drizzle
        .insert(webhookFailingEndpoint)
        .values({ userId, origin, failingSinceMs })
        .onConflictDoNothing();
    },
    async disable(userId: string, origin: string, disabledMs: number): Promise<void> {
      await drizzle.update(webhookFailingEndpoint).set({ disabledMs }).where(named(userId, origin));
    },
    /** Whatever it did before is forgotten. False when nothing was known. */
    async clear(userId: string, origin: string): Promise<boolean> {
      const rows = await drizzle
        .delete(webhookFailingEndpoint)
        .where(named(userId, origin))
        .returning({ origin: webhookFailingEndpoint.origin });
      return rows.length === 1;
    },
    async ownerEmail(userId: string): Promise<string | undefined> {
      const row = await drizzle
        .select({ email: user.email })
        .from(user)
        .where(eq(user.id, userId))
        .get();
      return row?.email;
    },
  };
}

function secretStatements({ drizzle }: Connection) {
  return {
    async secret(userId: string): Promise<SecretRow | undefined> {
      return drizzle.select().from(webhookSecret).where(eq(webhookSecret.userId, userId)).get();
    },
    async putSecret(row: SecretRow): Promise<void> {
      const { userId: _, ...values } = row;
      await drizzle
        .insert(webhookSecret)
        .values(row)
        .onConflictDoUpdate({ target: webhookSecret.userId, set: values });
    },
  };
}
