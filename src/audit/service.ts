import type { Db } from '../db/database';
import type { Transaction } from '../db/write';
import type { Clock } from '../lib/clock';
import { canonicalJson, GENESIS_HASH, rowHash } from './canonical';
import { auditStore, type StoredAudit } from './store';
import type { AuditBreak, AuditEntry, AuditRecord, AuditVerification } from './types';

const VERIFY_PAGE_ROWS = 1_000;

/** What an action says of itself: its record, or that nothing changed and there is none. */
export interface Audited<Result> {
  result: Result;
  change: { before: unknown; after: unknown } | null;
}

/** The append-only log of what admins did. */
export interface Audit {
  /** Joins the write of the action: both happen or neither. */
  record(tx: Transaction, entry: AuditEntry): Promise<void>;
  /** One write that holds an action and its record; a repetition that changes nothing has none. */
  perform<Result>(
    entry: Pick<AuditEntry, 'actorId' | 'action' | 'subject'>,
    act: (tx: Transaction) => Promise<Audited<Result>>,
  ): Promise<Result>;
  /** Newest first. */
  list(page: { limit: number; offset: number }): Promise<AuditRecord[]>;
  /**
   * Walks the whole chain. It shows that no row was changed, added or taken out before the last;
   * that rows at the end are gone shows only by a `knownHash` that was noted outside before.
   */
  verify(knownHash?: string): Promise<AuditVerification>;
}

export function createAudit({ db, clock }: { db: Db; clock: Clock }): Audit {
  const { read, within } = db.bind(auditStore);

  async function record(tx: Transaction, entry: AuditEntry): Promise<void> {
    const store = within(tx);
    const last = await store.last();
    const previousHash = last?.hash ?? GENESIS_HASH;
    const content = {
      seq: (last?.seq ?? 0) + 1,
      createdMs: clock.nowMs(),
      actorId: entry.actorId,
      action: entry.action,
      subject: entry.subject,
      before: canonicalJson(entry.before),
      after: canonicalJson(entry.after),
    };
    await store.append({ ...content, previousHash, hash: rowHash(previousHash, content) });
  }

  return {
    record,
    perform: (entry, act) =>
      db.write(async (tx) => {
        const { result, change } = await act(tx);
        if (change) await record(tx, { ...entry, ...change });
        return result;
      }),
    async list({ limit, offset }) {
      return (await read.newest(limit, offset)).map(recordOf);
    },
    async verify(knownHash) {
      let lastHash = GENESIS_HASH;
      let count = 0;
      let found = false;
      for (;;) {
        const rows = await read.after(count, VERIFY_PAGE_ROWS);
        for (const row of rows) {
          const broken = breakOf(row, count + 1, lastHash);
          if (broken) return { count, lastHash, broken, knownHashFound: knownHash ? found : null };
          lastHash = row.hash;
          count += 1;
          found ||= row.hash === knownHash;
        }
        if (rows.length < VERIFY_PAGE_ROWS) break;
      }
      return { count, lastHash, broken: null, knownHashFound: knownHash ? found : null };
    },
  };
}

function breakOf(row: StoredAudit, expectedSeq: number, previousHash: string): AuditBreak | null {
  if (row.seq !== expectedSeq) return { seq: expectedSeq, what: 'a row is missing' };
  if (row.previousHash !== previousHash)
    return { seq: row.seq, what: 'the row before was changed' };
  if (row.hash !== rowHash(previousHash, row)) return { seq: row.seq, what: 'the row was changed' };
  return null;
}

function recordOf(row: StoredAudit): AuditRecord {
  const { previousHash: _, before, after, ...rest } = row;
  return { ...rest, before: JSON.parse(before), after: JSON.parse(after) };
}
