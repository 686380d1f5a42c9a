export const TICKET_CATEGORIES = ['support', 'billing', 'bug', 'other'] as const;
export type TicketCategory = (typeof TICKET_CATEGORIES)[number];

export const TICKET_STATUSES = ['open', 'closed'] as const;
export type TicketStatus = (typeof TICKET_STATUSES)[number];

export interface Ticket {
  id: string;
  userId: string;
  /** Where answers go: the address that the user had when asking. */
  email: string;
  category: TicketCategory;
  subject: string;
  body: string;
  status: TicketStatus;
  /** The first admin who replied. */
  assignedAdminId: string | null;
  createdMs: number;
}

export interface TicketReply {
  id: string;
  ticketId: string;
  /** Null for a reply from the command line. */
  adminId: string | null;
  body: string;
  sentEmail: boolean;
  createdMs: number;
}

export type TicketListRow = Omit<Ticket, 'body' | 'assignedAdminId'> & { replyCount: number };

export interface NewTicket {
  userId: string;
  email: string;
  category: string;
  subject: string;
  body: string;
}

export interface NewReply {
  ticketId: string;
  body: string;
  sendEmail: boolean;
}

/** Newest first. */
export interface TicketFilter {
  status?: string | undefined;
  category?: string | undefined;
  limit: number;
  offset: number;
}
