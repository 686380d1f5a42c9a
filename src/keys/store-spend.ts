import type { Connection } from '../db/client';

/** A capped key's month. */
export interface StoredSpend {
  capMicros: number;
  spentMicros: number;
}

/** The statements of spend caps. Every one asks by primary key: they run in the write that accepts a
 * job, or ends it. */
export function spendStore({ prepare }: Connection) {
  const capped = prepare<StoredSpend>(`
    SELECT spend_cap_micros AS capMicros, coalesce((
      SELECT spent_micros FROM api_key_spend WHERE key_id = id AND month = :month), 0) AS spentMicros
    FROM api_key WHERE id = :keyId AND spend_cap_micros IS NOT NULL`);
  const reserve = prepare<never>(`
    INSERT INTO api_key_spend (key_id, month, spent_micros)
    SELECT id, :month, :amountMicros FROM api_key
    WHERE id = :keyId AND spend_cap_micros >= :amountMicros
    ON CONFLICT DO UPDATE SET spent_micros = spent_micros + excluded.spent_micros
      WHERE spent_micros + excluded.spent_micros <=
        (SELECT spend_cap_micros FROM api_key WHERE id = key_id)`);
  const giveBack = prepare<never>(`
    UPDATE api_key_spend SET spent_micros = spent_micros - :amountMicros
    WHERE key_id = :keyId AND month = :month`);
  return {
    /** Undefined for a key without a cap. */
    capped: (keyId: string, month: string) => capped.get({ keyId, month }),
    /** False when the month cannot take it. */
    async reserve(keyId: string, month: string, amountMicros: number): Promise<boolean> {
      return (await reserve.run({ keyId, month, amountMicros })) === 1;
    },
    giveBack: (keyId: string, month: string, amountMicros: number) =>
      giveBack.run({ keyId, month, amountMicros }),
  };
}
