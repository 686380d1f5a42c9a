import type { Command } from 'commander';
import { ticketDetail, ticketRow } from '../api/infrence/admin/present';
import { OPERATOR } from '../audit/types';
import { isoFromMs } from '../lib/clock';
import type { Ticket, TicketReply } from '../support/types';
import { addCommonFlags, type CommonFlags, wholeNumber, withCore } from './context';
import { json, line, printableText, shortened, table } from './output';

export function addTicketCommands(program: Command): void {
  const ticket = program.command('ticket').description('what users ask the team');
  addCommonFlags(
    ticket
      .command('list')
      .description('list tickets, newest first')
      .option('--status <word>', 'open or closed')
      .option('--category <word>', 'support, billing, bug or other')
      .option('--limit <n>', 'at most so many', wholeNumber(1, 10_000), 50),
  ).action(list);
  addCommonFlags(ticket.command('show <id>').description('show a ticket and its replies')).action(
    show,
  );
  addCommonFlags(
    ticket
      .command('reply <id>')
      .description('reply to a ticket')
      .requiredOption('--body <text>', 'what to say')
      .option('--no-mail', 'store the reply without mailing it'),
  ).action(reply);
  addCommonFlags(ticket.command('close <id>').description('close a ticket')).action(close);
}

async function list(
  flags: CommonFlags & { status?: string; category?: string; limit: number },
): Promise<void> {
  const { status, category, limit } = flags;
  const rows = await withCore(flags, (core) =>
    core.support.list({ status, category, limit, offset: 0 }),
  );
  if (flags.json) return json(rows.map(ticketRow));
  table(
    ['ID', 'CREATED', 'STATUS', 'CATEGORY', 'REPLIES', 'EMAIL', 'SUBJECT'],
    rows.map((row) => [
      row.id,
      isoFromMs(row.createdMs),
      row.status,
      row.category,
      String(row.replyCount),
      row.email,
      shortened(row.subject, 60),
    ]),
    'No tickets.',
  );
}

async function show(id: string, flags: CommonFlags): Promise<void> {
  const shown = await withCore(flags, (core) => core.support.show(id));
  if (flags.json) return json(ticketDetail(shown));
  const { ticket, replies } = shown;
  line(printableText(`${ticket.subject} (${ticket.category}, ${ticket.status})`));
  line(said(ticket.email, ticket));
  for (const each of replies) line(said(each.adminId ?? 'the operator', each));
}

function said(who: string, { createdMs, body }: Ticket | TicketReply): string {
  return printableText(`\n${who}, ${isoFromMs(createdMs)}:\n${body}`);
}

async function reply(
  id: string,
  flags: CommonFlags & { body: string; mail: boolean },
): Promise<void> {
  const written = await withCore(flags, (core) =>
    core.support.reply(OPERATOR, { ticketId: id, body: flags.body, sendEmail: flags.mail }),
  );
  if (flags.json) return json({ id: written.id, sent_email: written.sentEmail });
  line(written.sentEmail ? `Replied to ${id}; the mail is in the outbox` : `Replied to ${id}`);
}

async function close(id: string, flags: CommonFlags): Promise<void> {
  await withCore(flags, (core) => core.support.close(OPERATOR, id));
  if (flags.json) return json({ id, status: 'closed' });
  line(`${id} is closed`);
}
