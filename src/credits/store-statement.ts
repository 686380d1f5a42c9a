import type { Connection } from '../db/client';

export interface StatementLine {
  /** `<kind>/<rest>`: `hold/<job>`, `adjust/<key>`, `grant/<id>`. */
  transferId: string;
  note: string | null;
  /** What it did to plan and purchased together. */
  deltaMicros: number;
  /** Plan and purchased together, right after it. */
  availableMicros: number;
  createdMs: number;
}

export function statementStore({ prepare }: Connection) {
  // The balance after each line is today's less what every newer line did: so a page reads no
  // further back along the chain than its own end, in one statement, however long the ledger is.
  const lines = prepare<StatementLine>(`
    WITH RECURSIVE chain (seq, position) AS (
      SELECT last_seq, 1 FROM account WHERE user_id = :userId
      UNION ALL
      SELECT (SELECT previous_seq FROM transfer WHERE transfer.seq = chain.seq), position + 1
      FROM chain WHERE seq IS NOT NULL AND position < :limit + :offset
    ), newest AS MATERIALIZED (
      SELECT seq, id, note, plan_micros + purchased_micros AS delta, created_ms
      FROM chain JOIN transfer USING (seq))
    SELECT id AS transferId, note, delta AS deltaMicros, created_ms AS createdMs,
      (SELECT plan_micros + purchased_micros FROM account WHERE user_id = :userId)
        + delta - sum(delta) OVER (ORDER BY seq DESC) AS availableMicros
    FROM newest ORDER BY seq DESC LIMIT :limit OFFSET :offset`);
  // All balances together are zero, so what users own is what neither the system nor hosts have.
  const outstanding = prepare<{ micros: number }>(`
    SELECT -sum(balance_micros) - (SELECT coalesce(sum(earned_micros), 0) FROM host_account) AS micros
    FROM system_account`);
  const sold = prepare<{ micros: number }>(`
    SELECT coalesce(-sum(system_micros), 0) AS micros
    FROM transfer WHERE system_kind = 'sold' AND created_ms >= :sinceMs`);
  return {
    lines: (userId: string, limit: number, offset: number) => lines.all({ userId, limit, offset }),
    async outstandingMicros(): Promise<number> {
      return (await outstanding.get())?.micros ?? 0;
    },
    async soldMicros(sinceMs: number): Promise<number> {
      return (await sold.get({ sinceMs }))?.micros ?? 0;
    },
  };
}
