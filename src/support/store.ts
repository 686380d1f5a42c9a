import { and, asc, count, desc, eq, sql } from 'drizzle-orm';
import type { Connection } from '../db/client';
import { ticket, ticketReply } from '../db/schema/support';
import type { Ticket, TicketCategory, TicketListRow, TicketReply, TicketStatus } from './types';

const listColumns = {
  id: ticket.id,
  userId: ticket.userId,
  email: ticket.email,
  category: ticket.category,
  subject: ticket.subject,
  status: ticket.status,
  createdMs: ticket.createdMs,
  // Named by its table: a bare `id` would be the reply's.
  replyCount: sql<number>`(SELECT count(*) FROM ticket_reply WHERE ticket_id = ticket.id)`,
};

export function supportStore(connection: Connection) {
  return { ...ticketStatements(connection), ...replyStatements(connection) };
}

function ticketStatements({ drizzle }: Connection) {
  const byId = drizzle
    .select()
    .from(ticket)
    .where(eq(ticket.id, sql.placeholder('id')))
    .prepare();
  return {
    async insert(row: Ticket): Promise<void> {
      await drizzle.insert(ticket).values(row);
    },
    async byId(id: string): Promise<Ticket | undefined> {
      return byId.get({ id });
    },
    async list(filter: {
      status: TicketStatus | undefined;
      category: TicketCategory | undefined;
      limit: number;
      offset: number;
    }): Promise<TicketListRow[]> {
      const { status, category, limit, offset } = filter;
      return (
        drizzle
          .select(listColumns)
          .from(ticket)
          .where(
            and(
              status === undefined ? undefined : eq(ticket.status, status),
              category === undefined ? undefined : eq(ticket.category, category),
            ),
          )
          // Ids are ordered by the time they were made.
          .orderBy(desc(ticket.id))
          .limit(limit)
          .offset(offset)
      );
    },
    async setStatus(id: string, status: TicketStatus): Promise<void> {
      await drizzle.update(ticket).set({ status }).where(eq(ticket.id, id));
    },
    async assign(id: string, assignedAdminId: string): Promise<void> {
      await drizzle.update(ticket).set({ assignedAdminId }).where(eq(ticket.id, id));
    },
    /** Of one user, or of all. */
    async openCount(userId: string | undefined): Promise<number> {
      const row = await drizzle
        .select({ open: count() })
        .from(ticket)
        .where(
          and(
            eq(ticket.status, 'open'),
            userId === undefined ? undefined : eq(ticket.userId, userId),
          ),
        )
        .get();
      return row?.open ?? 0;
    },
  };
}

function replyStatements({ drizzle }: Connection) {
  return {
    async insertReply(row: TicketReply): Promise<void> {
      await drizzle.insert(ticketReply).values(row);
    },
    /** In the order in which they were written. */
    async replies(ticketId: string): Promise<TicketReply[]> {
      return drizzle
        .select()
        .from(ticketReply)
        .where(eq(ticketReply.ticketId, ticketId))
        .orderBy(asc(ticketReply.id));
    },
  };
}
