import type { Db } from '../db/database';
import type { Transaction } from '../db/write';
import { assert } from '../lib/assert';
import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import { formatCredits } from '../lib/money';
import { adjustmentStore, type StoredAdjustment } from './store-adjustment';

const NOTE_MAX_LENGTH = 1_000;
const ID_MAX_LENGTH = 255;

export interface AdjustmentRequest {
  /** The caller's idempotency id: the same id adjusts once. */
  id: string;
  userId: string;
  /** Any integer but zero. */
  deltaMicros: number;
  /** Why, for the ledger. */
  note: string;
}

export interface RefundRequest {
  jobId: string;
  amountMicros: number;
  note: string;
}

/** Corrections of a balance by an admin. Each joins the caller's write. */
export interface Adjustments {
  /**
   * Adds to `purchased`; takes from `purchased` first and then from `plan`, so that an adjustment
   * and its opposite leave both as they were. A repetition answers what the first one did.
   * Throws Fault `invalid_request` (delta_credits, note, idempotency_key) also when it would take
   * more than there is, and `conflict` when the id adjusted something else.
   */
  adjust(
    tx: Transaction,
    request: AdjustmentRequest,
  ): Promise<{ adjusted: boolean; availableMicros: number }>;
  /**
   * Gives back of what a job was charged, to `purchased`, once for each job. Throws Fault
   * `invalid_request` (credits, note) when it was refunded before or was charged less.
   */
  refund(tx: Transaction, request: RefundRequest): Promise<{ availableMicros: number }>;
}

export function createAdjustments({ db, clock }: { db: Db; clock: Clock }): Adjustments {
  const { within } = db.bind(adjustmentStore);
  type Store = ReturnType<typeof adjustmentStore>;

  return {
    async adjust(tx, { id, userId, deltaMicros, note }) {
      checkId(id);
      if (!Number.isSafeInteger(deltaMicros) || deltaMicros === 0)
        throw invalid('delta_credits', 'delta_credits must be a whole number other than 0');
      const content = { userId, deltaMicros, note: checkedNote(note) };
      const store = within(tx);
      const adjusted = await store.adjust(id, content, clock.nowMs());
      if (!adjusted) await expectEarlier(store, id, content);
      return { adjusted, availableMicros: await availableAfter(store, `adjust/${id}`) };
    },
    async refund(tx, { jobId, amountMicros, note }) {
      if (!Number.isSafeInteger(amountMicros) || amountMicros <= 0)
        throw invalid('credits', 'credits must be a whole number above 0');
      const store = within(tx);
      const refunded = { jobId, amountMicros, note: checkedNote(note) };
      if (!(await store.refund(refunded, clock.nowMs()))) throw await notRefundable(store, jobId);
      return { availableMicros: await availableAfter(store, `refund/${jobId}`) };
    },
  };

  /** An adjustment that wrote nothing: its id is known, or the balance does not allow it. */
  async function expectEarlier(store: Store, id: string, content: StoredAdjustment) {
    const earlier = await store.findAdjustment(id);
    if (!earlier) {
      throw invalid(
        'delta_credits',
        content.deltaMicros < 0
          ? 'delta_credits takes more than the user has available: take less'
          : `the ledger counts up to ${formatCredits(Number.MAX_SAFE_INTEGER)} credits: give less`,
      );
    }
    if (Bun.deepEquals(earlier, content)) return;
    throw new Fault(
      'conflict',
      'this idempotency_key adjusted something else before: send a new key for a new adjustment',
      { field: 'idempotency_key' },
    );
  }

  async function notRefundable(store: Store, jobId: string): Promise<Fault> {
    if (await store.isRefunded(jobId))
      return invalid('credits', 'this job was refunded before: adjust the balance instead');
    const chargedMicros = await store.chargedMicros(jobId);
    return invalid(
      'credits',
      `this job was charged ${formatCredits(chargedMicros)} credits: refund at most as much`,
    );
  }

  async function availableAfter(store: Store, transferId: string): Promise<number> {
    const availableMicros = await store.availableAfter(transferId);
    assert(availableMicros !== undefined, `${transferId} was just written or found`);
    return availableMicros;
  }
}

function checkId(id: string): void {
  if (id === '' || id.length > ID_MAX_LENGTH)
    throw invalid('idempotency_key', `idempotency_key must have 1 to ${ID_MAX_LENGTH} characters`);
}

function checkedNote(raw: string): string {
  const note = raw.trim();
  if (note === '' || note.length > NOTE_MAX_LENGTH)
    throw invalid('note', `note must say why, in 1 to ${NOTE_MAX_LENGTH} characters`);
  return note;
}

function invalid(field: string, message: string): Fault {
  return new Fault('invalid_request', message, { field });
}
