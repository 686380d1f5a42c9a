import type { Connection } from '../db/client';
import { earningStatements } from './store-earnings';
import type { Earning, LedgerLine } from './types';

export interface StoredAccount {
  planMicros: number;
  purchasedMicros: number;
  heldMicros: number;
}

export interface StoredHold {
  userId: string;
  amountMicros: number;
  /** Null while the hold is open. */
  endedBy: 'settle' | 'release' | null;
}

export interface StoredGrant {
  userId: string;
  planMicros: number;
  purchasedMicros: number;
  note: string;
}

export type CreditStore = ReturnType<typeof createCreditStore>;

/**
 * The statements of the ledger. A hold, a settle and a release are one statement each: the guard is
 * its WHERE, "once" is a UNIQUE index, and the balances follow by trigger. Zero rows mean that
 * the guard or the constraint said no; {@link StoredHold} tells which.
 */
export function createCreditStore(connection: Connection) {
  return {
    ...accountStatements(connection),
    ...holdStatements(connection),
    ...planStatements(connection),
    ...earningStatements(connection),
  };
}

function accountStatements({ prepare }: Connection) {
  const open = prepare(
    'INSERT INTO account (user_id) VALUES (:userId) ON CONFLICT (user_id) DO NOTHING',
  );
  const account = prepare<StoredAccount>(`
    SELECT plan_micros AS planMicros, purchased_micros AS purchasedMicros, held_micros AS heldMicros
    FROM account WHERE user_id = :userId`);
  const grant = prepare(`
    INSERT INTO transfer
      (id, kind, user_id, previous_seq,
        plan_micros, purchased_micros, system_kind, system_micros, note, created_ms)
    SELECT 'grant/' || :id, 'grant', account.user_id, last_seq, :planMicros, :purchasedMicros,
      'granted', -(:planMicros + :purchasedMicros), :note, :nowMs
    FROM account, system_account
    WHERE account.user_id = :userId AND system_account.kind = 'granted'
      AND balance_micros - :planMicros - :purchasedMicros >= -${Number.MAX_SAFE_INTEGER}
    ON CONFLICT DO NOTHING`);
  const findGrant = prepare<StoredGrant>(`
    SELECT user_id AS userId, plan_micros AS planMicros, purchased_micros AS purchasedMicros, note
    FROM transfer WHERE id = 'grant/' || :id AND ends IS NULL`);
  const ledger = prepare<LedgerLine>(`
    WITH RECURSIVE chain (seq, position) AS (
      SELECT last_seq, 1 FROM account WHERE user_id = :userId
      UNION ALL
      SELECT (SELECT previous_seq FROM transfer WHERE transfer.seq = chain.seq), position + 1
      FROM chain WHERE seq IS NOT NULL AND position < :offset + :limit
    )
    SELECT id AS transferId, kind, note, plan_micros AS planMicros,
      purchased_micros AS purchasedMicros, held_micros AS heldMicros, created_ms AS createdMs
    FROM chain JOIN transfer USING (seq)
    WHERE position > :offset ORDER BY seq DESC`);
  return {
    open: (userId: string) => open.run({ userId }),
    account: (userId: string) => account.get({ userId }),
    /** False when the id is taken, the user has no account, or the ledger cannot count that high. */
    async grant(id: string, content: StoredGrant, nowMs: number): Promise<boolean> {
      return (await grant.run({ id, ...content, nowMs })) === 1;
    },
    findGrant: (id: string) => findGrant.get({ id }),
    ledger: (userId: string, limit: number, offset: number) =>
      ledger.all({ userId, limit, offset }),
  };
}

/** The newest transfer of the user whose transfer a statement looks at. */
export const LAST_SEQ = '(SELECT last_seq FROM account WHERE account.user_id = transfer.user_id)';

function holdStatements({ prepare }: Connection) {
  const hold = prepare(`
    INSERT INTO transfer
      (id, kind, user_id, previous_seq, plan_micros, purchased_micros, held_micros, created_ms)
    SELECT 'hold/' || :id, 'hold', user_id, last_seq,
      -min(plan_micros, :amountMicros), min(plan_micros, :amountMicros) - :amountMicros,
      :amountMicros, :nowMs
    FROM account
    WHERE user_id = :userId AND plan_micros + purchased_micros >= :amountMicros
    ON CONFLICT DO NOTHING`);
  // The hold's columns are negative: what it took. Spending takes plan first, so what is spent of
  // plan is min(taken, amount), and the rest of the amount is spent of purchased.
  const settle = prepare(`
    INSERT INTO transfer (id, kind, user_id, ends, previous_seq,
      plan_micros, purchased_micros, held_micros, system_kind, system_micros,
      host_id, host_micros, created_ms)
    SELECT 'settle/' || :id, 'settle', user_id, seq, ${LAST_SEQ},
      -plan_micros - min(-plan_micros, :amountMicros),
      -purchased_micros - (:amountMicros - min(-plan_micros, :amountMicros)),
      -held_micros, iif(:amountMicros > :hostMicros, 'revenue', NULL), :amountMicros - :hostMicros,
      :hostId, :hostMicros, :nowMs
    FROM transfer
    WHERE id = 'hold/' || :id AND ends IS NULL AND held_micros >= :amountMicros
    ON CONFLICT DO NOTHING`);
  const release = prepare(`
    INSERT INTO transfer (id, kind, user_id, ends, previous_seq,
      plan_micros, purchased_micros, held_micros, created_ms)
    SELECT 'release/' || :id, 'release', user_id, seq, ${LAST_SEQ},
      -plan_micros, -purchased_micros, -held_micros, :nowMs
    FROM transfer
    WHERE id = 'hold/' || :id AND ends IS NULL
    ON CONFLICT DO NOTHING`);
  const findHold = prepare<StoredHold>(`
    SELECT user_id AS userId, held_micros AS amountMicros,
      (SELECT ended.kind FROM transfer AS ended WHERE ended.ends = taken.seq) AS endedBy
    FROM transfer AS taken WHERE id = 'hold/' || :id AND ends IS NULL`);
  return {
    /** False when the balance does not suffice, or the id is taken. */
    async hold(id: string, userId: string, amountMicros: number, nowMs: number): Promise<boolean> {
      return (await hold.run({ id, userId, amountMicros, nowMs })) === 1;
    },
    /** Pays one host on the way. False when there is no such hold, it has ended, or it holds less. */
    async settle(
      id: string,
      amountMicros: number,
      nowMs: number,
      earning?: Earning,
    ): Promise<boolean> {
      const hostId = earning?.hostId ?? null;
      const hostMicros = earning?.amountMicros ?? 0;
      return (await settle.run({ id, amountMicros, hostId, hostMicros, nowMs })) === 1;
    },
    /** False when there is no such hold or it has ended. */
    async release(id: string, nowMs: number): Promise<boolean> {
      return (await release.run({ id, nowMs })) === 1;
    },
    findHold: (id: string) => findHold.get({ id }),
  };
}

/** The months of the `plan` bucket. Both changes ask for an account whose month is an earlier one,
 * so that each happens once a month. */
function planStatements({ prepare }: Connection) {
  const due = prepare<{ userId: string }>(`
    SELECT user_id AS userId FROM account
    WHERE plan_month IS NULL OR plan_month < :month LIMIT :limit`);
  const expire = prepare(`
    INSERT INTO transfer
      (id, kind, user_id, previous_seq, plan_micros, system_kind, system_micros, created_ms)
    SELECT 'expire/' || user_id || '/' || plan_month, 'expire', user_id, last_seq,
      -plan_micros, 'breakage', plan_micros, :nowMs
    FROM account
    WHERE user_id = :userId AND plan_month < :month AND plan_micros > 0`);
  const enter = prepare(`
    UPDATE account SET plan_month = :month
    WHERE user_id = :userId AND (plan_month IS NULL OR plan_month < :month)`);
  return {
    /** Users whose plan bucket is in a month before this one, or in none. */
    dueForPlan: (month: string, limit: number) => due.all({ month, limit }),
    /** Moves all that is left of an earlier month's plan to breakage. */
    expirePlan: (userId: string, month: string, nowMs: number) =>
      expire.run({ userId, month, nowMs }),
    /** False when the account is in this month already, or in a later one. */
    async enterPlanMonth(userId: string, month: string): Promise<boolean> {
      return (await enter.run({ userId, month })) === 1;
    },
  };
}
