import type { Db } from '../db/database';
import type { Transaction } from '../db/write';
import { assert } from '../lib/assert';
import { monthOf } from '../lib/calendar';
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
 * job ends, so no month ends above its cap. A job belongs to the month it was accepted in. Both
 * join the caller's write; nothing is given back to a key without a cap.
 */
export interface SpendCaps {
  /** Only a key that has a cap pays for its statements. False for an unknown one. */
  isCapped(keyId: string): Promise<boolean>;
  /** What a job of a capped key sets aside when it is accepted. Throws Fault
   * `insufficient_credits` when its month cannot take the amount. */
  reserveSpend(tx: Transaction, spend: KeySpend): Promise<void>;
  /** The part of it that the job did not cost. */
  returnSpend(tx: Transaction, spend: KeySpend): Promise<void>;
}

export function createSpendCaps({ db }: { db: Db }): SpendCaps {
  const { within, read } = db.bind(spendStore);
  return {
    isCapped: async (keyId) => (await read.capped(keyId, '')) !== undefined,
    async reserveSpend(tx, { keyId, atMs, amountMicros }) {
      assert(amountMicros > 0, 'a job sets aside what it may cost');
      const month = monthOf(atMs);
      if (await within(tx).reserve(keyId, month, amountMicros)) return;
      const spend = await within(tx).capped(keyId, month);
      assert(spend, `the key ${keyId} has a cap`);
      throw new Fault(
        'insufficient_credits',
        `this key may spend ${formatCredits(spend.capMicros)} credits a month, ${formatCredits(spend.spentMicros)} are spent or held and this needs ${formatCredits(amountMicros)}: use another key, or wait for the next month`,
      );
    },
    async returnSpend(tx, { keyId, atMs, amountMicros }) {
      assert(amountMicros >= 0, 'a job costs at most what it set aside');
      if (amountMicros > 0) await within(tx).giveBack(keyId, monthOf(atMs), amountMicros);
    },
  };
}
