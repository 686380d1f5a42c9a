import { FREE_MONTHLY_CREDITS } from '../billing/service';
import type { Db } from '../db/database';
import type { Transaction } from '../db/write';
import { assert } from '../lib/assert';
import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import type { Log } from '../lib/log';
import { creditsToMicros, formatCredits } from '../lib/money';
import { createCreditAudit } from './audit';
import { earningsByHost, partsOf } from './earnings';
import { isPositiveAmount, recordGrant } from './grant';
import { createPlanPeriods, type PlanPeriods } from './periods';
import { type CreditStore, createCreditStore, type StoredHold } from './store';
import type {
  Balance,
  Discrepancy,
  Earning,
  Grant,
  HostEarnings,
  LedgerLine,
  ReleaseOutcome,
  SettleOutcome,
} from './types';

export interface HoldRequest {
  /** The caller's idempotency id: the same id holds once. A hold ends under the same id. */
  id: string;
  userId: string;
  amountMicros: number;
}

export interface SettleRequest {
  id: string;
  /** What the user pays, at most what is held. */
  amountMicros: number;
  /** Who gets how much of that, at most all of it; the rest is revenue. */
  earnings?: readonly Earning[];
}

/** The ledger: what comes in by `grant` is set aside by `hold`, then spent by `settle` or given
 * back by `release`. Every change joins the caller's transaction. */
export interface Credits extends PlanPeriods {
  /** Creates the user's accounts, empty; does nothing when they are there. */
  open(tx: Transaction, userId: string): Promise<void>;
  /** `granted` is false when this id granted the same before. Throws Fault `conflict` when it
   * granted something else, and `unprocessable` when the ledger cannot count that high. */
  grant(tx: Transaction, grant: Grant): Promise<{ granted: boolean }>;
  /** Takes plan first. Throws Fault `insufficient_credits`, and `conflict` when this id holds
   * another amount or for another user. A repetition changes nothing, even after the hold ended. */
  hold(tx: Transaction, request: HoldRequest): Promise<void>;
  /** Spends what the user pays and gives the rest of the hold back to where it came from. A
   * repetition, and a settle after the release, pay nobody, whatever they ask for. */
  settle(tx: Transaction, request: SettleRequest): Promise<SettleOutcome>;
  /** Gives everything back. */
  release(tx: Transaction, request: { id: string }): Promise<ReleaseOutcome>;
  /** All zero for a user without accounts. With `tx`, sees what that transaction has done. */
  balance(userId: string, tx?: Transaction): Promise<Balance>;
  /** Newest first. */
  ledger(userId: string, page: { limit: number; offset: number }): Promise<LedgerLine[]>;
  /** By host id: of all hosts, or of these. A host that never earned anything is absent. */
  earnings(hostIds?: readonly string[]): Promise<Map<string, HostEarnings>>;
  /** Recomputes every balance from the transfers. Empty means that the ledger is right. */
  check(): Promise<Discrepancy[]>;
}

export interface CreditDeps {
  db: Db;
  clock: Clock;
  log: Log;
  /** What each user's `plan` bucket is granted for a month; the Free plan's credits if absent. */
  monthlyGrantMicros?: number;
}

export function createCredits(deps: CreditDeps): Credits {
  const { db, clock, log, monthlyGrantMicros = creditsToMicros(FREE_MONTHLY_CREDITS) } = deps;
  const ledger = db.bind(createCreditStore);
  const { read, within } = ledger;
  const audit = db.bind(createCreditAudit).read;
  return {
    ...createPlanPeriods({ db, clock, ledger, monthlyGrantMicros }),
    async open(tx, userId) {
      await within(tx).open(userId);
    },
    grant: (tx, grant) => recordGrant(within(tx), grant, clock.nowMs()),
    async hold(tx, request) {
      const { id, userId, amountMicros } = request;
      assert(isPositiveAmount(amountMicros), 'a hold is a positive number of micro-credits');
      const store = within(tx);
      if (await store.hold(id, userId, amountMicros, clock.nowMs())) return;
      await expectEarlierHold(store, request);
    },
    async settle(tx, { id, amountMicros, earnings = [] }) {
      assert(amountMicros === 0 || isPositiveAmount(amountMicros), 'a price is never negative');
      const [first, ...others] = partsOf(earnings, amountMicros);
      const store = within(tx);
      const nowMs = clock.nowMs();
      if (await store.settle(id, amountMicros, nowMs, first)) {
        for (const earning of others)
          assert(
            await store.earn(id, earning, nowMs),
            `${id} has paid ${earning.hostId} nothing yet`,
          );
        return 'settled';
      }
      const hold = await existingHold(store, id);
      assert(hold.endedBy !== null, `hold ${id} is settled for at most what it holds`);
      if (hold.endedBy === 'settle') return 'already_settled';
      tx.afterCommit(() => log.warn('credits.settled_after_release', { hold: id, amountMicros }));
      return 'already_released';
    },
    async release(tx, { id }) {
      const store = within(tx);
      if (await store.release(id, clock.nowMs())) return 'released';
      const hold = await existingHold(store, id);
      assert(hold.endedBy !== null, `hold ${id} is open and can be released`);
      return hold.endedBy === 'settle' ? 'already_settled' : 'already_released';
    },
    balance: (userId, tx) => balanceOf(tx ? within(tx) : read, userId),
    ledger: (userId, { limit, offset }) => read.ledger(userId, limit, offset),
    earnings: async (hostIds) => earningsByHost(await read.earnings(hostIds)),
    check: () => audit.discrepancies(),
  };
}

/** A hold that wrote nothing: its id is known, or the balance does not suffice. */
async function expectEarlierHold(store: CreditStore, request: HoldRequest): Promise<void> {
  const { id, userId, amountMicros } = request;
  const earlier = await store.findHold(id);
  if (!earlier) {
    const { availableMicros } = await balanceOf(store, userId);
    throw new Fault(
      'insufficient_credits',
      `this needs ${formatCredits(amountMicros)} credits and ${formatCredits(availableMicros)} are available: an admin can grant more with \`sonde credits grant\``,
    );
  }
  if (earlier.userId === userId && earlier.amountMicros === amountMicros) return;
  throw new Fault('conflict', 'this id holds another amount already: use a new id', {
    field: 'id',
  });
}

async function existingHold(store: CreditStore, id: string): Promise<StoredHold> {
  const hold = await store.findHold(id);
  assert(hold, `hold ${id} exists before it ends`);
  return hold;
}

async function balanceOf(store: CreditStore, userId: string): Promise<Balance> {
  const account = (await store.account(userId)) ?? {
    planMicros: 0,
    purchasedMicros: 0,
    heldMicros: 0,
  };
  return { ...account, availableMicros: account.planMicros + account.purchasedMicros };
}
