import { Elysia, t } from 'elysia';
import type { Accounts } from '../../../accounts/service';
import type { StripeEvents } from '../../../billing/events';
import { adminPrincipalOf } from '../../../http/principal';
import { adminOperation, done, pageOf, pageQuery } from './describe';
import { stripeEventRow } from './present';

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
        query: t.Object(pageQuery),
        detail: adminOperation('list_events', 'List the events that Stripe sent', {
          200: ['Newest first', ['AdminStripeEventRow']],
          400: ['Bad query'],
        }),
      },
    )
    .post(
      '/api/admin/stripe-events/:id/replay',
      async ({ params, admin }) => {
        await stripeEvents.replay(admin.userId, params.id);
        return done();
      },
      {
        detail: adminOperation('replay_event', 'Handle a stored event once more', {
          200: ['It was handled'],
          404: ['Not found, no stored body, or a type that nothing handles'],
        }),
      },
    );
}
