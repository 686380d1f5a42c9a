import { eq, lte } from 'drizzle-orm';
import type { Connection } from '../db/client';
import { accessLink } from '../db/schema/accounts';

export type LinkKind = (typeof accessLink.$inferSelect)['kind'];

export interface UsableLink {
  userId: string;
  /** Of the user, now. */
  epoch: number;
  mailed: 0 | 1;
}

export function linkStore({ drizzle, prepare }: Connection) {
  // To verify an address lets nobody in: only that kind outlives the sessions of its time.
  const usable = prepare<UsableLink>(`
    SELECT access_link.user_id AS userId, user.session_epoch AS epoch, access_link.mailed AS mailed
    FROM access_link JOIN user ON user.id = access_link.user_id
    WHERE access_link.hash = :hash AND access_link.kind = :kind AND access_link.used_ms IS NULL
      AND access_link.expires_ms > :nowMs AND user.status <> 'suspended'
      AND (access_link.kind = 'verify' OR access_link.epoch = user.session_epoch)`);
  const lastIssued = prepare<{ createdMs: number | null }>(`
    SELECT max(created_ms) AS createdMs FROM access_link
    WHERE user_id = :userId AND kind = :kind`);
  return {
    async lastIssuedMs(userId: string, kind: LinkKind): Promise<number | null> {
      return (await lastIssued.get({ userId, kind }))?.createdMs ?? null;
    },
    async insert(row: typeof accessLink.$inferInsert): Promise<void> {
      await drizzle.insert(accessLink).values(row);
    },
    async usable(hash: string, kind: LinkKind, nowMs: number): Promise<UsableLink | undefined> {
      return usable.get({ hash, kind, nowMs });
    },
    async use(hash: string, usedMs: number): Promise<void> {
      await drizzle.update(accessLink).set({ usedMs }).where(eq(accessLink.hash, hash));
    },
    async sweep(nowMs: number): Promise<void> {
      await drizzle.delete(accessLink).where(lte(accessLink.expiresMs, nowMs));
    },
  };
}
