import type { Db } from '../db/database';
import type { Transaction } from '../db/write';
import { assert } from '../lib/assert';
import { monthOf } from '../lib/calendar';
import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import { formatCredits } from '../lib/money';
import { spendStore } from './store-spend';

/** An amount that a key's job set aside or gave back, and when the job was accepted. */
export interface KeySpend {
  keyId: string;
  atMs: number;
  amountMicros: number;
}

/**
 * What a capped key may spend in a calendar month (UTC). What a job holds counts as spent until the
 * job ends, so no month ends above its cap. A job belongs to the month it was accepted in. All three
 * join the caller's write and do nothing for a key without a cap.
 */
export interface SpendCaps {
  /** Throws Fault `insufficient_credits` when this month cannot take the amount. */
  assertWithinSpendCap(tx: Transaction, keyId: string, amountMicros: number): Promise<void>;
  /** What a job sets aside when it is accepted. */
  countSpend(tx: Transaction, spend: KeySpend): Promise<void>;
  /** The part of it that the job did not cost. */
  returnSpend(tx: Transaction, spend: KeySpend): Promise<void>;
}

export function createSpendCaps({ db, clock }: { db: Db; clock: Clock }): SpendCaps {
  const { within } = db.bind(spendStore);
  return {
    async assertWithinSpendCap(tx, keyId, amountMicros) {
      const spend = await within(tx).capped(keyId, monthOf(clock.nowMs()));
      if (!spend || spend.spentMicros + amountMicros <= spend.capMicros) return;
      throw new Fault(
        'insufficient_credits',
        `this key may spend ${formatCredits(spend.capMicros)} credits a month, ${formatCredits(spend.spentMicros)} are spent or held and this needs ${formatCredits(amountMicros)}: use another key, or wait for the next month`,
      );
    },
    async countSpend(tx, { keyId, atMs, amountMicros }) {
      assert(amountMicros > 0, 'a job sets aside what it may cost');
      await within(tx).add(keyId, monthOf(atMs), amountMicros);
    },
    async returnSpend(tx, { keyId, atMs, amountMicros }) {
      assert(amountMicros >= 0, 'a job costs at most what it set aside');
      if (amountMicros > 0) await within(tx).giveBack(keyId, monthOf(atMs), amountMicros);
    },
  };
}
