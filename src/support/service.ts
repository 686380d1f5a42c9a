import type { Audit } from '../audit/service';
import { OPERATOR } from '../audit/types';
import type { Db } from '../db/database';
import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import type { Chance } from '../lib/ids';
import type { Mail } from '../mail/service';
import { supportStore } from './store';
import {
  type NewReply,
  type NewTicket,
  TICKET_CATEGORIES,
  TICKET_STATUSES,
  type Ticket,
  type TicketFilter,
  type TicketListRow,
  type TicketReply,
  type TicketStatus,
} from './types';

const SUBJECT_MAX_LENGTH = 200;
const BODY_MAX_LENGTH = 20_000;

/** Tickets. Whoever acts is a user's id, or `OPERATOR` for the command line. */
export interface Support {
  /** Throws Fault `invalid_request` (category, subject, body). */
  open(input: NewTicket): Promise<Ticket>;
  /** Throws Fault `invalid_request` (status, category). */
  list(filter: TicketFilter): Promise<TicketListRow[]>;
  /** Throws Fault `not_found`. */
  show(id: string): Promise<{ ticket: Ticket; replies: TicketReply[] }>;
  /**
   * The first admin who replies has the ticket from then on. The mail, if it is asked for, is handed
   * over in the same write. Throws Fault `invalid_request` (body), `not_found`.
   */
  reply(actorId: string, input: NewReply): Promise<TicketReply>;
  /** Does nothing to a closed ticket. Throws Fault `not_found`. */
  close(actorId: string, id: string): Promise<void>;
  /** Does nothing to an open ticket. Throws Fault `not_found`. */
  reopen(actorId: string, id: string): Promise<void>;
  /** Open tickets of one user, or of all. */
  openCount(userId?: string): Promise<number>;
}

export interface SupportDeps {
  db: Db;
  clock: Clock;
  chance: Chance;
  audit: Audit;
  mail: Pick<Mail, 'send'>;
}

export function createSupport({ db, clock, chance, audit, mail }: SupportDeps): Support {
  const { read, within } = db.bind(supportStore);

  function setStatus(actorId: string, action: string, id: string, status: TicketStatus) {
    return audit.perform({ actorId, action, subject: id }, async (tx) => {
      const store = within(tx);
      const { status: before } = existing(await store.byId(id), id);
      if (before === status) return { result: undefined, change: null };
      await store.setStatus(id, status);
      return { result: undefined, change: { before: { status: before }, after: { status } } };
    });
  }

  return {
    async open({ userId, email, ...input }) {
      const ticket: Ticket = {
        id: chance.id(),
        userId,
        email,
        category: oneOf(TICKET_CATEGORIES, input.category, 'category'),
        // It becomes the subject of a mail, which has one line.
        subject: checkedText(input.subject.replace(/\s+/g, ' '), 'subject', SUBJECT_MAX_LENGTH),
        body: checkedText(input.body, 'body', BODY_MAX_LENGTH),
        status: 'open',
        assignedAdminId: null,
        createdMs: clock.nowMs(),
      };
      await db.write((tx) => within(tx).insert(ticket));
      return ticket;
    },
    async list({ status, category, limit, offset }) {
      return read.list({
        status: status === undefined ? undefined : oneOf(TICKET_STATUSES, status, 'status'),
        category:
          category === undefined ? undefined : oneOf(TICKET_CATEGORIES, category, 'category'),
        limit,
        offset,
      });
    },
    async show(id) {
      const ticket = existing(await read.byId(id), id);
      return { ticket, replies: await read.replies(id) };
    },
    reply(actorId, { ticketId, body, sendEmail }) {
      const adminId = actorId === OPERATOR ? null : actorId;
      const entry = { actorId, action: 'ticket.reply', subject: ticketId };
      return audit.perform(entry, async (tx) => {
        const store = within(tx);
        const ticket = existing(await store.byId(ticketId), ticketId);
        const reply: TicketReply = {
          id: chance.id(),
          ticketId,
          adminId,
          body: checkedText(body, 'body', BODY_MAX_LENGTH),
          sentEmail: sendEmail,
          createdMs: clock.nowMs(),
        };
        await store.insertReply(reply);
        if (adminId !== null && ticket.assignedAdminId === null)
          await store.assign(ticketId, adminId);
        if (sendEmail) await mail.send(tx, mailOf(ticket, reply));
        const after = { reply_id: reply.id, body: reply.body, sent_email: sendEmail };
        return { result: reply, change: { before: null, after } };
      });
    },
    close: (actorId, id) => setStatus(actorId, 'ticket.close', id, 'closed'),
    reopen: (actorId, id) => setStatus(actorId, 'ticket.reopen', id, 'open'),
    openCount: (userId) => read.openCount(userId),
  };
}

function mailOf(ticket: Ticket, reply: TicketReply) {
  const asked = ticket.body.replace(/^/gm, '> ');
  return {
    to: ticket.email,
    subject: `Re: ${ticket.subject}`,
    text: `${reply.body}\n\nYou asked:\n\n${asked}\n`,
  };
}

function existing(ticket: Ticket | undefined, id: string): Ticket {
  if (!ticket)
    throw new Fault('not_found', `no ticket has the id ${id.slice(0, 80)}`, { field: 'id' });
  return ticket;
}

function checkedText(raw: string, field: string, maxLength: number): string {
  const text = raw.trim();
  if (text === '' || text.length > maxLength) {
    throw new Fault('invalid_request', `${field} must have 1 to ${maxLength} characters`, {
      field,
    });
  }
  return text;
}

function oneOf<Word extends string>(words: readonly Word[], word: string, field: string): Word {
  const found = words.find((each) => each === word);
  if (!found)
    throw new Fault('invalid_request', `${field} must be one of ${words.join(', ')}`, { field });
  return found;
}
