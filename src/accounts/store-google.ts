import { lte } from 'drizzle-orm';
import type { Connection } from '../db/client';
import { googleTicket } from '../db/schema/identities';

export function googleTicketStore({ drizzle, prepare }: Connection) {
  const use = prepare<{ hash: string }>(`
    DELETE FROM google_ticket WHERE hash = :hash AND expires_ms > :nowMs RETURNING hash`);
  return {
    async insert(hash: string, expiresMs: number): Promise<void> {
      await drizzle.insert(googleTicket).values({ hash, expiresMs });
    },
    /** True once, and never for one that has expired. */
    async use(hash: string, nowMs: number): Promise<boolean> {
      return (await use.get({ hash, nowMs })) !== undefined;
    },
    async sweep(nowMs: number): Promise<void> {
      await drizzle.delete(googleTicket).where(lte(googleTicket.expiresMs, nowMs));
    },
  };
}
