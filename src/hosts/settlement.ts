import type { Credits } from '../credits/service';
import type { Bound } from '../db/database';
import type { Transaction } from '../db/write';
import type { Keys } from '../keys/service';
import type { Clock } from '../lib/clock';
import type { Log } from '../lib/log';
import type { Pool } from './pool';
import type { PooledJob, Work } from './pooled-job';
import { costMicros, earningsOf, priceFor } from './price';
import type { Extra, InferenceStore, Loss } from './store';
import type { Completion, FinishReason } from './types';

export interface SettlementDeps {
  clock: Clock;
  credits: Credits;
  keys: Keys;
  log: Log;
  pool: Pool;
  store: Bound<InferenceStore>;
  operatorSharePercent: number;
}

/** What the end of a job that had a host is to be paid by. */
export interface Bill {
  work: Work;
  /** Of this host, those that join the same write included. */
  pieces: number;
  finishReason: FinishReason | null;
  /** As the backend counts. */
  usage?: Completion['usage'] | undefined;
  extra?: Extra | undefined;
}

/** Whose hold it is. */
export interface Payer {
  /** Of the job, and of its hold. */
  id: string;
  heldMicros: number;
  /** Of a key without a cap nothing is given back. */
  keyId: string | null;
  createdMs: number;
}

interface Part {
  hostId: string;
  paidMicros: number;
}

/** A host that counts otherwise than it sent, by more than this, is named in the log. */
const TOLERATED_DIFFERENCE = 2;

/**
 * The one bill of an inference. What was accepted is paid, to each host what it sent, and the rest
 * of the hold goes back: a host's own count can lower a bill and never raise it. Both ways join the
 * write that ends the job.
 */
export class Settlement {
  #deps: SettlementDeps;

  constructor(deps: SettlementDeps) {
    this.#deps = deps;
  }

  async settle(tx: Transaction, job: PooledJob, bill: Bill): Promise<void> {
    const { clock } = this.#deps;
    const store = this.#deps.store.within(tx);
    const losses = job.lostBy.size > 0 ? await store.losses(job.id) : [];
    const completionTokens = this.#billedTokens(job, bill);
    const promptTokens = billedPrompt(job, bill);
    const { host } = bill.work;
    const price = priceFor(job.facts.request, host.stored.price);
    const last = { hostId: host.id, paidMicros: costMicros(price, promptTokens, completionTokens) };
    const parts = [last, ...losses.map(partOf)];
    const chargedMicros = parts.reduce((sum, { paidMicros }) => sum + paidMicros, 0);
    await this.#pay(tx, job.facts, chargedMicros, parts);
    await store.finish({
      jobId: job.id,
      firstTokenMs: bill.pieces > 0 ? clock.nowMs() : null,
      promptTokens,
      completionTokens: completionTokens + losses.reduce((sum, { pieces }) => sum + pieces, 0),
      chargedMicros,
      finishReason: bill.finishReason,
      extra: bill.extra === undefined ? null : JSON.stringify(bill.extra),
    });
  }

  /** Nothing was delivered that counts, so nothing is charged. */
  async release(tx: Transaction, payer: Payer): Promise<void> {
    await this.#pay(tx, payer, 0, []);
  }

  /** Of a job that was canceled while it waited: what hosts sent that lost it is paid. */
  async settleWaiting(tx: Transaction, payer: Payer): Promise<void> {
    const store = this.#deps.store.within(tx);
    const losses = await store.losses(payer.id);
    const parts = losses.map(partOf);
    const chargedMicros = parts.reduce((sum, { paidMicros }) => sum + paidMicros, 0);
    await this.#pay(tx, payer, chargedMicros, parts);
    if (chargedMicros === 0) return;
    await store.finish({
      jobId: payer.id,
      firstTokenMs: null,
      promptTokens: 0,
      completionTokens: losses.reduce((sum, { pieces }) => sum + pieces, 0),
      chargedMicros,
      finishReason: null,
      extra: null,
    });
  }

  async #pay(tx: Transaction, payer: Payer, chargedMicros: number, parts: Part[]) {
    const { credits, keys, pool, operatorSharePercent } = this.#deps;
    const { id, heldMicros, keyId, createdMs } = payer;
    if (heldMicros === 0) return;
    if (keyId !== null && heldMicros > chargedMicros) {
      const amountMicros = heldMicros - chargedMicros;
      await keys.returnSpend(tx, { keyId, atMs: createdMs, amountMicros });
    }
    if (chargedMicros === 0) {
      await credits.release(tx, { id });
      return;
    }
    const earnings = parts.map(({ hostId, paidMicros }) => ({
      hostId,
      amountMicros: earningsOf(paidMicros, operatorSharePercent),
    }));
    await credits.settle(tx, { id, amountMicros: chargedMicros, earnings });
    tx.afterCommit(() => {
      for (const { hostId, amountMicros } of earnings) pool.hosts.get(hostId)?.earned(amountMicros);
    });
  }

  /** Of the last host: no more than it sent, nor than it says, nor than was asked for. */
  #billedTokens(job: PooledJob, { work, pieces, usage, extra }: Bill): number {
    if (!usage) return pieces;
    const completionTokens = work.handedAt - work.before + usage.completionTokens;
    if (pieces === 0 && extra?.toolCalls) {
      const bytes = Buffer.byteLength(JSON.stringify(extra.toolCalls));
      return Math.min(usage.completionTokens, bytes, job.maxTokens - job.pieces.length);
    }
    if (Math.abs(completionTokens - pieces) > TOLERATED_DIFFERENCE) {
      const counts = { sent: pieces, said: completionTokens };
      this.#deps.log.warn('host.usage_differs', { hostId: work.host.id, jobId: job.id, ...counts });
    }
    return Math.min(pieces, completionTokens);
  }
}

function partOf({ hostId, dueMicros }: Loss): Part {
  return { hostId, paidMicros: dueMicros };
}

/** Nothing of it when nothing came of it. */
function billedPrompt({ facts, pieces: earlier }: PooledJob, bill: Bill): number {
  const { usage, pieces, extra } = bill;
  if (pieces === 0 && earlier.length === 0 && extra === undefined) return 0;
  return Math.min(usage?.promptTokens ?? 0, facts.promptBound);
}
