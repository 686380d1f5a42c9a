import type { Transaction } from '../db/write';

/** What an API key may spend, as far as research has to obey it. A port: research knows no keys.
 * What takes a transaction joins the write that accepts a job or ends it. */
export interface KeySpending {
  /** Whether the key has a cap now. */
  isCapped(keyId: string): Promise<boolean>;
  /** What a job that was accepted at this time sets aside of a capped key's month. Throws Fault
   * `insufficient_credits` when the month cannot take it. */
  reserveSpend(tx: Transaction, spend: SpendOfJob): Promise<void>;
  /** What it did not cost. */
  returnSpend(tx: Transaction, spend: SpendOfJob): Promise<void>;
}

interface SpendOfJob {
  keyId: string;
  atMs: number;
  amountMicros: number;
}
