import type { Bound, Db } from '../db/database';
import type { Transaction } from '../db/write';
import { assert } from '../lib/assert';
import { monthOf } from '../lib/calendar';
import type { Clock } from '../lib/clock';
import { recordGrant } from './grant';
import type { CreditStore } from './store';

/** How many users one commit takes into the new month: other writers wait for no more than that. */
const BATCH_USERS = 200;

/**
 * The months of the `plan` bucket (UTC). At the first turn after a month's end, all that is left in
 * the bucket expires and the new month's credits are granted. Plan credits that a hold took before
 * the end and gives back after it join the new month's, and expire with them at the latest.
 */
export interface PlanPeriods {
  /** Takes one user into this month; does nothing for one who is in it. The accounts must be open. */
  openPeriod(tx: Transaction, userId: string): Promise<void>;
  /**
   * Takes everybody into this month, a batch a commit, until all are or `signal` aborts; the rest
   * is left to the next call. Answers how many were taken.
   */
  turnPeriods(signal: AbortSignal): Promise<{ turned: number }>;
}

export function createPlanPeriods(deps: {
  db: Db;
  clock: Clock;
  ledger: Bound<CreditStore>;
  monthlyGrantMicros: number;
}): PlanPeriods {
  const { db, clock, monthlyGrantMicros } = deps;
  const { read, within } = deps.ledger;

  /** False for a user who is in this month already. */
  async function turn(store: CreditStore, userId: string, month: string): Promise<boolean> {
    const nowMs = clock.nowMs();
    await store.expirePlan(userId, month, nowMs);
    if (!(await store.enterPlanMonth(userId, month))) return false;
    const grant = {
      id: `plan/${userId}/${month}`,
      userId,
      bucket: 'plan' as const,
      amountMicros: monthlyGrantMicros,
      note: `plan credits for ${month}`,
    };
    await recordGrant(store, grant, nowMs);
    return true;
  }

  async function turnBatch(month: string): Promise<number> {
    const due = await read.dueForPlan(month, BATCH_USERS);
    if (due.length === 0) return 0;
    return db.write(async (tx) => {
      let turned = 0;
      for (const { userId } of due) if (await turn(within(tx), userId, month)) turned += 1;
      return turned;
    });
  }

  return {
    async openPeriod(tx, userId) {
      const store = within(tx);
      assert(await store.account(userId), `the accounts of ${userId} are open before a plan`);
      await turn(store, userId, monthOf(clock.nowMs()));
    },
    async turnPeriods(signal) {
      const month = monthOf(clock.nowMs());
      let turned = 0;
      while (!signal.aborted) {
        const batch = await turnBatch(month);
        // Nobody was due, or another process took them meanwhile and takes the rest.
        if (batch === 0) break;
        turned += batch;
      }
      return { turned };
    },
  };
}
