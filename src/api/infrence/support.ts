import { Elysia, t } from 'elysia';
import type { Accounts } from '../../accounts/service';
import { readJson } from '../../http/body';
import { userPrincipalOf } from '../../http/principal';
import { validator } from '../../http/validate';
import type { Support } from '../../support/service';
import { jsonBody } from './parameters';
import { answers } from './schemas';

const TicketBody = t.Object(
  {
    category: t.String({ description: 'support, billing, bug or other.' }),
    subject: t.String({ description: 'One line of 1 to 200 characters.' }),
    body: t.String({ description: 'Plain text of 1 to 20,000 characters.' }),
  },
  { additionalProperties: false },
);

/** By the name it has in the API description. */
export const supportModels = { TicketBody };

const checkedTicket = validator(TicketBody);

export function supportRoutes({ support, accounts }: { support: Support; accounts: Accounts }) {
  return new Elysia({ name: 'infrence.support', normalize: false })
    .derive(async ({ request }) => ({ user: await userPrincipalOf(request.headers, accounts) }))
    .post(
      '/api/support',
      async ({ request, user }) => {
        const ticket = checkedTicket(await readJson(request));
        await support.open({ userId: user.userId, email: user.email, ...ticket });
        return new Response(null, { status: 200 });
      },
      {
        // Read by the handler, after it is known who asks.
        parse: 'none',
        detail: {
          tags: ['support'],
          security: [{ bearer_jwt: [] }],
          operationId: 'submit',
          summary: 'Ask the team for help',
          requestBody: jsonBody('TicketBody'),
          responses: {
            ...answers({
              400: ['Unknown category, empty or too long'],
              401: ['Not authenticated'],
            }),
            200: { description: 'The ticket is open' },
          },
        },
      },
    );
}
