import type { Connection } from '../db/client';
import { LAST_SEQ } from './store';
import { SETTLE } from './store-earnings';

export interface StoredAdjustment {
  userId: string;
  deltaMicros: number;
  note: string;
}

/**
 * Corrections are grants that may take back. Each is one statement whose WHERE is its guard, as in
 * the store of the ledger; their ids, `adjust/<id>` and `refund/<job>`, make them happen once.
 */
export function adjustmentStore({ prepare }: Connection) {
  // `max(delta, -purchased)` is the whole of a positive delta, and of a negative one as much as
  // `purchased` has; `plan` gives the rest.
  const adjust = prepare(`
    INSERT INTO transfer (id, kind, user_id, previous_seq,
      plan_micros, purchased_micros, system_kind, system_micros, note, created_ms)
    SELECT 'adjust/' || :id, 'grant', account.user_id, last_seq,
      :deltaMicros - max(:deltaMicros, -purchased_micros), max(:deltaMicros, -purchased_micros),
      'granted', -:deltaMicros, :note, :nowMs
    FROM account, system_account
    WHERE account.user_id = :userId AND system_account.kind = 'granted'
      AND plan_micros + purchased_micros + :deltaMicros BETWEEN 0 AND ${Number.MAX_SAFE_INTEGER}
      AND abs(balance_micros - :deltaMicros) <= ${Number.MAX_SAFE_INTEGER}
    ON CONFLICT DO NOTHING`);
  // At most what the job's own settle took. It comes out of revenue: hosts keep what they earned.
  const refund = prepare(`
    INSERT INTO transfer (id, kind, user_id, previous_seq,
      purchased_micros, system_kind, system_micros, note, created_ms)
    SELECT 'refund/' || :jobId, 'grant', user_id, ${LAST_SEQ}, :amountMicros,
      'revenue', -:amountMicros, :note, :nowMs
    FROM transfer
    WHERE ${SETTLE} AND system_micros + host_micros >= :amountMicros
    ON CONFLICT DO NOTHING`);
  const findAdjustment = prepare<StoredAdjustment>(`
    SELECT user_id AS userId, plan_micros + purchased_micros AS deltaMicros, note
    FROM transfer WHERE id = 'adjust/' || :id AND ends IS NULL`);
  const isRefunded = prepare<{ one: 1 }>(
    `SELECT 1 AS one FROM transfer WHERE id = 'refund/' || :jobId AND ends IS NULL`,
  );
  const charged = prepare<{ chargedMicros: number }>(
    `SELECT system_micros + host_micros AS chargedMicros FROM transfer WHERE ${SETTLE}`,
  );
  // Back from the balance of now, along the user's chain: newer transfers are read, and no others.
  const availableAfter = prepare<{ availableMicros: number }>(`
    WITH RECURSIVE target (seq, user_id) AS (
      SELECT seq, user_id FROM transfer WHERE id = :transferId AND ends IS NULL
    ), newer (seq) AS (
      SELECT last_seq FROM account WHERE user_id = (SELECT user_id FROM target)
      UNION ALL
      SELECT (SELECT previous_seq FROM transfer WHERE transfer.seq = newer.seq)
      FROM newer WHERE seq > (SELECT seq FROM target)
    )
    SELECT plan_micros + purchased_micros - (
      SELECT coalesce(sum(moved.plan_micros + moved.purchased_micros), 0)
      FROM newer JOIN transfer AS moved USING (seq)
      WHERE seq > (SELECT seq FROM target)) AS availableMicros
    FROM account WHERE user_id = (SELECT user_id FROM target)`);
  return {
    /** False when the id is taken, the balance does not suffice, or nothing can count that high. */
    async adjust(id: string, content: StoredAdjustment, nowMs: number): Promise<boolean> {
      return (await adjust.run({ id, ...content, nowMs })) === 1;
    },
    /** False when the job was refunded before, or was charged less. */
    async refund(
      refunded: { jobId: string; amountMicros: number; note: string },
      nowMs: number,
    ): Promise<boolean> {
      return (await refund.run({ ...refunded, nowMs })) === 1;
    },
    findAdjustment: (id: string) => findAdjustment.get({ id }),
    async isRefunded(jobId: string): Promise<boolean> {
      return (await isRefunded.get({ jobId })) !== undefined;
    },
    /** Zero for a job that was not charged. */
    async chargedMicros(jobId: string): Promise<number> {
      return (await charged.get({ jobId }))?.chargedMicros ?? 0;
    },
    /** What the transfer's user had available right after it; undefined without such a transfer. */
    async availableAfter(transferId: string): Promise<number | undefined> {
      return (await availableAfter.get({ transferId }))?.availableMicros;
    },
  };
}
