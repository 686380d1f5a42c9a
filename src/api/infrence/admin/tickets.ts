import { Elysia, t } from 'elysia';
import type { Accounts } from '../../../accounts/service';
import { readJson } from '../../../http/body';
import { adminPrincipalOf } from '../../../http/principal';
import { knownId, validator } from '../../../http/validate';
import type { Support } from '../../../support/service';
import { idInPath, optionalInQuery, queryOf } from '../parameters';
import {
  adminOperation,
  bodyIsReadLater,
  done,
  pageOf,
  pageParameters,
  pageQuery,
} from './describe';
import { ticketDetail, ticketRow } from './present';
import { ReplyBody } from './schemas-admin';

const checkedReply = validator(ReplyBody);

const listParameters = [
  optionalInQuery('status', 'string', { description: 'open or closed.' }),
  optionalInQuery('category', 'string', {
    description: 'support, billing, bug or other.',
  }),
  ...pageParameters,
];

export function adminTicketRoutes({ support, accounts }: { support: Support; accounts: Accounts }) {
  return new Elysia({ name: 'infrence.admin.tickets', normalize: false })
    .derive(async ({ request }) => ({ admin: await adminPrincipalOf(request.headers, accounts) }))
    .get(
      '/api/admin/tickets',
      async ({ query: { status, category, ...page } }) =>
        (await support.list({ status, category, ...pageOf(page) })).map(ticketRow),
      {
        query: queryOf({
          status: t.Optional(t.String()),
          category: t.Optional(t.String()),
          ...pageQuery,
        }),
        detail: adminOperation(
          'list_tickets',
          'List tickets',
          {
            200: ['Newest first', ['AdminTicketRow']],
            400: ['Bad query'],
          },
          {
            parameters: listParameters,
          },
        ),
      },
    )
    .get(
      '/api/admin/tickets/:id',
      async ({ params }) => ticketDetail(await support.show(knownId(params.id, 'ticket'))),
      {
        detail: adminOperation(
          'ticket_detail',
          'Get a ticket and its replies',
          {
            200: ['The ticket', 'AdminTicketDetail'],
            404: ['Not found'],
          },
          { parameters: [idInPath] },
        ),
      },
    )
    .post(
      '/api/admin/tickets/:id/reply',
      async ({ params, request, admin }) => {
        const ticketId = knownId(params.id, 'ticket');
        const { body, send_email: sendEmail } = checkedReply(await readJson(request));
        await support.reply(admin.userId, { ticketId, body, sendEmail });
        return done();
      },
      {
        ...bodyIsReadLater,
        detail: adminOperation(
          'reply_ticket',
          'Reply to a ticket',
          {
            200: ['The reply is stored, and its mail on its way'],
            400: ['Empty body'],
            404: ['Not found'],
          },
          { parameters: [idInPath], body: 'ReplyBody' },
        ),
      },
    )
    .post(
      '/api/admin/tickets/:id/close',
      async ({ params, admin }) => {
        await support.close(admin.userId, knownId(params.id, 'ticket'));
        return done();
      },
      {
        detail: adminOperation(
          'close_ticket',
          'Close a ticket',
          {
            200: ['It is closed'],
            404: ['Not found'],
          },
          { parameters: [idInPath] },
        ),
      },
    )
    .post(
      '/api/admin/tickets/:id/reopen',
      async ({ params, admin }) => {
        await support.reopen(admin.userId, knownId(params.id, 'ticket'));
        return done();
      },
      {
        detail: adminOperation(
          'reopen_ticket',
          'Reopen a ticket',
          {
            200: ['It is open'],
            404: ['Not found'],
          },
          { parameters: [idInPath] },
        ),
      },
    );
}
