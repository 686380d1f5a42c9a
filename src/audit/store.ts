import type { Connection } from '../db/client';
import type { HashedContent } from './canonical';

export interface StoredAudit extends HashedContent {
  previousHash: string;
  hash: string;
}

const COLUMNS = `seq, created_ms AS createdMs, actor_id AS actorId, action, subject,
  before, after, previous_hash AS previousHash, hash`;

export function auditStore({ prepare }: Connection) {
  const last = prepare<{ seq: number; hash: string }>(
    'SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1',
  );
  const append = prepare<never>(`
    INSERT INTO audit
      (seq, created_ms, actor_id, action, subject, before, after, previous_hash, hash)
    VALUES (:seq, :createdMs, :actorId, :action, :subject, :before, :after, :previousHash, :hash)`);
  const newest = prepare<StoredAudit>(
    `SELECT ${COLUMNS} FROM audit ORDER BY seq DESC LIMIT :limit OFFSET :offset`,
  );
  const after = prepare<StoredAudit>(
    `SELECT ${COLUMNS} FROM audit WHERE seq > :seq ORDER BY seq LIMIT :limit`,
  );
  return {
    /** Undefined while nothing is written. */
    last: () => last.get(),
    async append(row: StoredAudit): Promise<void> {
      await append.run({ ...row });
    },
    newest: (limit: number, offset: number) => newest.all({ limit, offset }),
    after: (seq: number, limit: number) => after.all({ seq, limit }),
  };
}
