import type { Credits } from '../credits/service';
import type { Db } from '../db/database';
import type { Transaction } from '../db/write';
import type { Queue } from '../jobs/queue';
import type { Job } from '../jobs/types';
import { assert } from '../lib/assert';
import { microsToUsdMicros } from '../lib/money';
import type { KeySpending } from './spending';
import { researchStore } from './store';
import { type ResearchView, viewOf } from './view';

export interface SettlementDeps {
  db: Db;
  queue: Queue;
  credits: Credits;
  keys: KeySpending;
  /** Tells whoever asked to be told that a job has ended. Joins the write that ends it. */
  announce(tx: Transaction, view: ResearchView): Promise<void>;
}

/** How a job ended by itself, what was held for it and what it costs. */
interface Charge {
  status: 'completed' | 'canceled';
  heldMicros: number;
  chargedMicros: number;
}

/** What becomes of a job's hold when the job ends. Both ways join the write that ends it. */
export function createSettlement({ db, queue, credits, keys, announce }: SettlementDeps) {
  const store = db.bind(researchStore);

  async function returnToKey(tx: Transaction, job: Job, amountMicros: number): Promise<void> {
    const { keyId, createdMs } = job;
    if (keyId !== null) await keys.returnSpend(tx, { keyId, atMs: createdMs, amountMicros });
  }

  /** Last of all: the job is told as it will stand. */
  async function announceEnd(tx: Transaction, id: string): Promise<void> {
    const bound = store.within(tx);
    if (!(await bound.hasWebhook(id))) return;
    const row = await bound.byJob(id);
    const job = await queue.getWithin(tx, id);
    assert(row && job, `the job ${id} is in its tables`);
    await announce(tx, viewOf(job, row));
  }

  return {
    async settle(tx: Transaction, job: Job, charge: Charge): Promise<void> {
      const { status, heldMicros, chargedMicros } = charge;
      await credits.settle(tx, { id: job.id, amountMicros: chargedMicros });
      await returnToKey(tx, job, heldMicros - chargedMicros);
      const costUsdMicros = microsToUsdMicros(chargedMicros);
      await store.within(tx).charge({ jobId: job.id, chargedMicros, costUsdMicros });
      await queue.emit(tx, job.id, 'done', { status, charged_micros: chargedMicros });
      await announceEnd(tx, job.id);
    },

    /** The queue ended it without us: nothing was delivered, so nothing is charged. */
    async release(tx: Transaction, job: Job): Promise<void> {
      await credits.release(tx, { id: job.id });
      const row = await store.within(tx).byJob(job.id);
      if (row) await returnToKey(tx, job, row.heldMicros);
      const status = job.state === 'canceled' ? 'canceled' : 'failed';
      await queue.emit(tx, job.id, 'done', { status, charged_micros: 0 });
      await announceEnd(tx, job.id);
    },
  };
}
