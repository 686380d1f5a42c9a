import { Elysia, t } from 'elysia';
import type { Accounts } from '../../../accounts/service';
import type { StripeEvents } from '../../../billing/events';
import { adminPrincipalOf } from '../../../http/principal';
import { idInPath, queryOf } from '../parameters';
import { adminOperation, done, pageOf, pageParameters, pageQuery } from './describe';
import { stripeEventRow } from './present';

/** Stripe's own, as evt_…, and no UUID. */
const eventIdInPath = { ...idInPath, schema: t.String() };

export interface AdminStripeEventDeps {
  stripeEvents: StripeEvents;
  accounts: Accounts;
}

export function adminStripeEventRoutes({ stripeEvents, accounts }: AdminStripeEventDeps) {
  return new Elysia({ name: 'infrence.admin.stripe-events', normalize: false })
    .derive(async ({ request }) => ({ admin: await adminPrincipalOf(request.headers, accounts) }))
    .get(
      '/api/admin/stripe-events',
      async ({ query }) => (await stripeEvents.list(pageOf(query))).map(stripeEventRow),
      {
        query: queryOf(pageQuery),
        detail: adminOperation(
          'list_events',
          'List the events that Stripe sent',
          {
            200: ['Newest first', ['AdminStripeEventRow']],
            400: ['Bad query'],
          },
          { parameters: pageParameters },
        ),
      },
    )
    .post(
      '/api/admin/stripe-events/:id/replay',
      async ({ params, admin }) => {
        await stripeEvents.replay(admin.userId, params.id);
        return done();
      },
      {
        detail: adminOperation(
          'replay_event',
          'Handle a stored event once more',
          {
            200: ['It was handled'],
            404: ['Not found, no stored body, or a type that nothing handles'],
          },
          { parameters: [eventIdInPath] },
        ),
      },
    );
}
