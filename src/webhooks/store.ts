import { and, asc, desc, eq, isNotNull, isNull, lt } from 'drizzle-orm';
import type { Connection } from '../db/client';
import { user } from '../db/schema/accounts';
import { webhookAttempt, webhookDelivery } from '../db/schema/webhooks';
import type {
  Attempt,
  AttemptError,
  Delivery,
  DeliveryError,
  DeliveryFilter,
  DeliveryListRow,
  DeliveryState,
} from './types';

/** A delivery with what its next try needs. */
export interface DeliveryRow extends Delivery {
  queueJobId: string | null;
  /** Null once it is forgotten. */
  body: string | null;
  /** Those of this round that have finished. */
  tries: number;
  /** Its next try was asked for by hand, and is made though the endpoint may be disabled. */
  byHand: boolean;
}

/** What one try changes. */
export interface Finished {
  durationMs: number;
  status: number | null;
  error: AttemptError | null;
  answer: string;
}

const publicColumns = {
  id: webhookDelivery.id,
  userId: webhookDelivery.userId,
  jobId: webhookDelivery.jobId,
  url: webhookDelivery.url,
  event: webhookDelivery.event,
  state: webhookDelivery.state,
  error: webhookDelivery.error,
  nextTryMs: webhookDelivery.nextTryMs,
  createdMs: webhookDelivery.createdMs,
  endedMs: webhookDelivery.endedMs,
};

export function deliveryStore(connection: Connection) {
  return { ...deliveryStatements(connection), ...attemptStatements(connection) };
}

function deliveryStatements({ drizzle, prepare }: Connection) {
  const stateOfJob = prepare<{ state: DeliveryState }>(
    'SELECT state FROM webhook_delivery WHERE job_id = :jobId ORDER BY id DESC LIMIT 1',
  );
  return {
    async insert(row: DeliveryRow): Promise<void> {
      await drizzle.insert(webhookDelivery).values(row);
    },
    async byId(id: string): Promise<DeliveryRow | undefined> {
      const row = await drizzle
        .select()
        .from(webhookDelivery)
        .where(eq(webhookDelivery.id, id))
        .get();
      return row && { ...row, error: row.error as DeliveryError | null };
    },
    async shown(id: string): Promise<Delivery | undefined> {
      const row = await drizzle
        .select(publicColumns)
        .from(webhookDelivery)
        .where(eq(webhookDelivery.id, id))
        .get();
      return row && { ...row, error: row.error as DeliveryError | null };
    },
    /** Of the newest one. */
    stateOfJob: async (jobId: string) => (await stateOfJob.get({ jobId }))?.state,
    /** Newest first, because ids are ordered by the time they were made. */
    async list(filter: DeliveryFilter): Promise<DeliveryListRow[]> {
      const { userId, jobId, state, limit, offset } = filter;
      const rows = await drizzle
        .select({ ...publicColumns, email: user.email })
        .from(webhookDelivery)
        .innerJoin(user, eq(user.id, webhookDelivery.userId))
        .where(
          and(
            userId === undefined ? undefined : eq(webhookDelivery.userId, userId),
            jobId === undefined ? undefined : eq(webhookDelivery.jobId, jobId),
            state === undefined ? undefined : eq(webhookDelivery.state, state),
          ),
        )
        .orderBy(desc(webhookDelivery.id))
        .limit(limit)
        .offset(offset);
      return rows.map((row) => ({ ...row, error: row.error as DeliveryError | null }));
    },
    /** A round begins: by another job of the queue, which is from now on the only one. */
    async restart(id: string, round: { queueJobId: string; nextTryMs: number }): Promise<void> {
      const pending = { state: 'pending', error: null, tries: 0, byHand: true } as const;
      await drizzle
        .update(webhookDelivery)
        .set({ ...pending, ...round, endedMs: null })
        .where(eq(webhookDelivery.id, id));
    },
    async postpone(
      id: string,
      next: { tries: number; nextTryMs: number; error: AttemptError },
    ): Promise<void> {
      await drizzle
        .update(webhookDelivery)
        .set({ ...next, byHand: false })
        .where(eq(webhookDelivery.id, id));
    },
    /** False, and nothing changed, when a retry by hand has given it to another job of the queue. */
    async end(
      { id, queueJobId }: { id: string; queueJobId: string },
      end: { state: 'delivered' | 'failed'; error: DeliveryError | null; endedMs: number },
    ): Promise<boolean> {
      const rows = await drizzle
        .update(webhookDelivery)
        .set({ ...end, nextTryMs: null, byHand: false })
        .where(and(eq(webhookDelivery.id, id), eq(webhookDelivery.queueJobId, queueJobId)))
        .returning({ id: webhookDelivery.id });
      return rows.length === 1;
    },
  };
}

function attemptStatements({ drizzle, prepare }: Connection) {
  const begin = prepare<{ seq: number }>(`
    INSERT INTO webhook_attempt (delivery_id, seq, started_ms, answer)
    SELECT :deliveryId, coalesce(max(seq), 0) + 1, :startedMs, ''
    FROM webhook_attempt WHERE delivery_id = :deliveryId
    RETURNING seq`);
  const forgetAttempts = prepare<never>(`
    DELETE FROM webhook_attempt WHERE delivery_id IN (
      SELECT id FROM webhook_delivery WHERE body IS NOT NULL AND ended_ms < :endedMs)`);
  const isOpen = (deliveryId: string) =>
    and(eq(webhookAttempt.deliveryId, deliveryId), isNull(webhookAttempt.durationMs));
  return {
    /** Answers its number. */
    async beginAttempt(deliveryId: string, startedMs: number): Promise<number> {
      return (await begin.get({ deliveryId, startedMs }))?.seq ?? 0;
    },
    async finishAttempt(deliveryId: string, seq: number, finished: Finished): Promise<void> {
      await drizzle
        .update(webhookAttempt)
        .set(finished)
        .where(and(eq(webhookAttempt.deliveryId, deliveryId), eq(webhookAttempt.seq, seq)));
    },
    async hasOpenAttempt(deliveryId: string): Promise<boolean> {
      const open = await drizzle
        .select({ seq: webhookAttempt.seq })
        .from(webhookAttempt)
        .where(isOpen(deliveryId))
        .get();
      return open !== undefined;
    },
    /** How long it took nobody knows: its process was gone before it ended. */
    async interruptAttempts(deliveryId: string): Promise<void> {
      await drizzle
        .update(webhookAttempt)
        .set({ durationMs: 0, error: 'interrupted' })
        .where(isOpen(deliveryId));
    },
    async attempts(deliveryId: string): Promise<Attempt[]> {
      const rows = await drizzle
        .select()
        .from(webhookAttempt)
        .where(eq(webhookAttempt.deliveryId, deliveryId))
        .orderBy(asc(webhookAttempt.seq));
      return rows.map(({ deliveryId: _, ...row }) => ({
        ...row,
        error: row.error as AttemptError | null,
      }));
    },
    /** Of what ended before: the bodies and the tries. That it was sent, and how it ended, stays. */
    async forgetBefore(endedMs: number): Promise<void> {
      await forgetAttempts.run({ endedMs });
      await drizzle
        .update(webhookDelivery)
        .set({ body: null })
        .where(and(isNotNull(webhookDelivery.body), lt(webhookDelivery.endedMs, endedMs)));
    },
  };
}
