import type { Connection } from '../db/client';
import type { Discrepancy } from './types';

/**
 * Proves the ledger from its transfers alone. Each query is one statement and so sees one committed
 * state: writes that go on meanwhile cannot make a false alarm. The triggers and constraints of the
 * schema make every answer empty; what is found was done to the file from outside.
 */
const QUERIES = [
  `SELECT 'balance' AS what, owner || '/' || kind AS id,
    sum(recomputed) AS expectedMicros, sum(cached) AS actualMicros
  FROM (
    SELECT user_id AS owner, 'plan' AS kind, plan_micros AS cached, 0 AS recomputed FROM account
    UNION ALL SELECT user_id, 'purchased', purchased_micros, 0 FROM account
    UNION ALL SELECT user_id, 'held', held_micros, 0 FROM account
    UNION ALL SELECT 'system', kind, balance_micros, 0 FROM system_account
    UNION ALL SELECT host_id, 'earnings', earned_micros, 0 FROM host_account
    UNION ALL SELECT owner, kind, 0, amount_micros FROM entry)
  GROUP BY owner, kind HAVING sum(recomputed) <> sum(cached) ORDER BY id`,

  `SELECT 'transfer' AS what, transfer_id AS id,
    0 AS expectedMicros, sum(amount_micros) AS actualMicros
  FROM entry GROUP BY transfer_id HAVING sum(amount_micros) <> 0 ORDER BY id`,

  `SELECT 'held' AS what, user_id AS id, sum(open) AS expectedMicros, sum(held) AS actualMicros
  FROM (
    SELECT user_id, held_micros AS held, 0 AS open FROM account
    UNION ALL SELECT user_id, 0, held_micros FROM transfer AS taken
      WHERE kind = 'hold' AND NOT EXISTS (SELECT 1 FROM transfer WHERE ends = taken.seq))
  GROUP BY user_id HAVING sum(open) <> sum(held) ORDER BY id`,

  // `earn/<hold>/<host>` is paid out of what `settle/<hold>` left to revenue.
  `SELECT 'earned' AS what, 'settle/' || hold AS id,
    coalesce((SELECT system_micros FROM transfer WHERE kind = 'settle' AND ends =
      (SELECT held.seq FROM transfer AS held
        WHERE held.id = 'hold/' || hold AND held.ends IS NULL)), 0) AS expectedMicros,
    sum(host_micros) AS actualMicros
  FROM (
    SELECT substr(id, 6, length(id) - length(host_id) - 6) AS hold, host_micros
    FROM transfer WHERE kind = 'earn')
  GROUP BY hold HAVING actualMicros > expectedMicros ORDER BY id`,

  `SELECT 'total' AS what, 'all accounts' AS id, 0 AS expectedMicros, sum(micros) AS actualMicros
  FROM (
    SELECT plan_micros + purchased_micros + held_micros AS micros FROM account
    UNION ALL SELECT balance_micros FROM system_account
    UNION ALL SELECT earned_micros FROM host_account)
  HAVING sum(micros) <> 0`,
];

export function createCreditAudit(connection: Connection) {
  const statements = QUERIES.map((query) => connection.prepare<Discrepancy>(query));
  return {
    async discrepancies(): Promise<Discrepancy[]> {
      const found: Discrepancy[] = [];
      for (const statement of statements) found.push(...(await statement.all()));
      return found;
    },
  };
}
