import { and, desc, eq, lt, sql } from 'drizzle-orm';
import type { Connection } from '../db/client';
import { mail } from '../db/schema/mail';
import type { OutboxMessage } from './types';

export function mailStore({ drizzle }: Connection) {
  const byId = drizzle
    .select()
    .from(mail)
    .where(eq(mail.id, sql.placeholder('id')))
    .prepare();
  return {
    async insert(row: OutboxMessage): Promise<void> {
      await drizzle.insert(mail).values(row);
    },
    async byId(id: string): Promise<OutboxMessage | undefined> {
      return byId.get({ id });
    },
    async list(limit: number, offset: number): Promise<OutboxMessage[]> {
      return drizzle
        .select()
        .from(mail)
        .orderBy(desc(mail.createdMs), desc(mail.id))
        .limit(limit)
        .offset(offset);
    },
    /** A message that was sent loses its text; one that has ended before stays as it is. */
    async end(
      id: string,
      end: { state: 'sent' | 'failed'; error: string | null; endedMs: number },
    ): Promise<void> {
      await drizzle
        .update(mail)
        .set(end.state === 'sent' ? { ...end, text: null, html: null } : end)
        .where(and(eq(mail.id, id), eq(mail.state, 'unsent')));
    },
    async deleteBefore(createdMs: number): Promise<void> {
      await drizzle.delete(mail).where(lt(mail.createdMs, createdMs));
    },
  };
}
