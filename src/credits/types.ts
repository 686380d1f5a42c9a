/** A user's spending takes `plan` first, which expires, then `purchased`, which does not. */
export type Bucket = 'plan' | 'purchased';

export interface Balance {
  planMicros: number;
  purchasedMicros: number;
  /** Set aside for running jobs: not available, not yet spent. */
  heldMicros: number;
  /** plan + purchased: what a new hold may take. */
  availableMicros: number;
}

export interface Grant {
  /** The caller's idempotency id: the same id grants once. */
  id: string;
  userId: string;
  bucket: Bucket;
  amountMicros: number;
  note: string;
}

/** What one host gets of what a job costs its user. */
export interface Earning {
  hostId: string;
  amountMicros: number;
}

/** What a host has earned so far. */
export interface HostEarnings {
  earnedMicros: number;
  /** How many jobs it earned that with: one that earned it nothing is not counted. */
  settledJobs: number;
}

/** What stands in a user's ledger. `expire` takes what is left of `plan` at the end of its month. */
export type TransferKind = 'grant' | 'hold' | 'settle' | 'release' | 'expire';

/** One line of a user's ledger: what a transfer did to each of the user's accounts. */
export interface LedgerLine {
  transferId: string;
  kind: TransferKind;
  note: string | null;
  planMicros: number;
  purchasedMicros: number;
  heldMicros: number;
  createdMs: number;
}

/** A broken invariant that `ledger check` found: the account or transfer, and both figures.
 * `earned` is a settle whose hosts got more than it left them, which is what is expected at most. */
export interface Discrepancy {
  what: 'balance' | 'transfer' | 'held' | 'earned' | 'total';
  id: string;
  expectedMicros: number;
  actualMicros: number;
}

export type SettleOutcome = 'settled' | 'already_settled' | 'already_released';
export type ReleaseOutcome = 'released' | 'already_released' | 'already_settled';
