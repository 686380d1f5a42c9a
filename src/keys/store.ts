import { and, count, desc, eq, isNull } from 'drizzle-orm';
import type { Connection } from '../db/client';
import { user } from '../db/schema/accounts';
import { apiKey } from '../db/schema/keys';
import type { ApiKey, KeyHolder } from './types';

export interface StoredHolder extends Omit<KeyHolder, 'hasSpendCap'> {
  spendCapMicros: number | null;
  expiresMs: number | null;
  /** JSON. */
  ipAllowlist: string | null;
}

/** Whose keys are listed, and whether revoked ones are among them. */
interface KeyFilter {
  userId?: string | undefined;
  isLive?: boolean;
  limit: number;
}

const columns = {
  id: apiKey.id,
  userId: apiKey.userId,
  name: apiKey.name,
  prefix: apiKey.prefix,
  createdMs: apiKey.createdMs,
  lastUsedMs: apiKey.lastUsedMs,
  revokedMs: apiKey.revokedMs,
  expiresMs: apiKey.expiresMs,
  spendCapMicros: apiKey.spendCapMicros,
  ipAllowlist: apiKey.ipAllowlist,
};

/** With `userId`, another user's key is as good as none. */
function ofOwner(id: string, userId: string | undefined) {
  return and(eq(apiKey.id, id), userId === undefined ? undefined : eq(apiKey.userId, userId));
}

export function keyStore(connection: Connection) {
  return { ...useStatements(connection), ...ownerStatements(connection) };
}

/** What a request with a key needs. */
function useStatements({ drizzle, prepare }: Connection) {
  // Asked at every request: subqueries by key cost a fifth of what a join of two rows does.
  const byHash = prepare<StoredHolder>(`
    SELECT id AS keyId, user_id AS userId, last_used_ms AS lastUsedMs,
      expires_ms AS expiresMs, ip_allowlist AS ipAllowlist, spend_cap_micros AS spendCapMicros,
      (SELECT role FROM user WHERE id = user_id) AS role,
      (SELECT status FROM user WHERE id = user_id) AS status
    FROM api_key WHERE hash = :hash AND revoked_ms IS NULL`);
  return {
    /** A revoked key has no holder. */
    holderByHash: (hash: string) => byHash.get({ hash }),
    async touch(id: string, lastUsedMs: number): Promise<void> {
      await drizzle.update(apiKey).set({ lastUsedMs }).where(eq(apiKey.id, id));
    },
  };
}

/** What its owner does with it. */
function ownerStatements({ drizzle }: Connection) {
  return {
    async insert(row: typeof apiKey.$inferInsert): Promise<void> {
      await drizzle.insert(apiKey).values(row);
    },
    async find(id: string, userId?: string): Promise<ApiKey | undefined> {
      return drizzle.select(columns).from(apiKey).where(ofOwner(id, userId)).get();
    },
    /** Newest first. */
    async list(filter: KeyFilter): Promise<(ApiKey & { email: string })[]> {
      const { userId, isLive, limit } = filter;
      return drizzle
        .select({ ...columns, email: user.email })
        .from(apiKey)
        .innerJoin(user, eq(user.id, apiKey.userId))
        .where(
          and(
            userId === undefined ? undefined : eq(apiKey.userId, userId),
            isLive ? isNull(apiKey.revokedMs) : undefined,
          ),
        )
        .orderBy(desc(apiKey.createdMs), desc(apiKey.id))
        .limit(limit);
    },
    async liveCount(userId: string): Promise<number> {
      const row = await drizzle
        .select({ count: count() })
        .from(apiKey)
        .where(and(eq(apiKey.userId, userId), isNull(apiKey.revokedMs)))
        .get();
      return row?.count ?? 0;
    },
    /** False when there is no such key, or it was revoked before. */
    async revoke(id: string, userId: string | undefined, revokedMs: number): Promise<boolean> {
      const rows = await drizzle
        .update(apiKey)
        .set({ revokedMs })
        .where(and(ofOwner(id, userId), isNull(apiKey.revokedMs)))
        .returning({ id: apiKey.id });
      return rows.length === 1;
    },
    /** The secret that was there has no holder any more; the new one has not been used. */
    async replaceSecret(id: string, secret: { hash: string; prefix: string }): Promise<void> {
      await drizzle
        .update(apiKey)
        .set({ ...secret, lastUsedMs: null })
        .where(eq(apiKey.id, id));
    },
    async accountStatus(userId: string): Promise<KeyHolder['status'] | undefined> {
      const row = await drizzle
        .select({ status: user.status })
        .from(user)
        .where(eq(user.id, userId))
        .get();
      return row?.status;
    },
  };
}
