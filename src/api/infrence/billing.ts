import { Elysia } from 'elysia';
import type { Accounts } from '../../accounts/service';
import { type Billing, breakevenCredits } from '../../billing/service';
import type { Pack, Plan } from '../../billing/types';
import { readJson } from '../../http/body';
import { userGate } from '../../http/gate';
import { jsonBody } from './parameters';
import { done } from './present-auth';
import { AutoTopupBody, billingAnswers, CheckoutBody } from './schemas-billing';

export interface BillingRouteDeps {
  billing: Billing;
  accounts: Accounts;
}

const detail = { tags: ['billing'], security: [{ bearer_jwt: [] }] };
const unauthenticated = { 401: ['Not authenticated'] } as Record<number, [string]>;
const notConfigured = { 500: ['Stripe is not configured'] } as Record<number, [string]>;

/** Plans are for everybody to read; the rest is for users who are signed in. */
export function billingRoutes({ billing, accounts }: BillingRouteDeps) {
  const principalOf = userGate(accounts);
  return (
    new Elysia({ name: 'infrence.billing', normalize: false })
      .get('/api/billing/plans', () => billing.plans().map(planDto), {
        detail: {
          tags: ['billing'],
          operationId: 'list_plans',
          summary: 'List plans',
          responses: billingAnswers({ 200: ['Smallest first', ['PlanDto']] }),
        },
      })
      .derive(async ({ request }) => ({
        principal: await principalOf(request),
      }))
      .get('/api/billing/packs', () => billing.packs().map(packDto), {
        detail: {
          ...detail,
          operationId: 'list_packs',
          summary: 'List packs of credits',
          responses: billingAnswers({ 200: ['Smallest first', ['PackDto']], ...unauthenticated }),
        },
      })
      .get('/api/billing/payment-history', () => billing.payments(), {
        detail: {
          ...detail,
          operationId: 'payment_history',
          summary: 'List payments',
          responses: billingAnswers({ 200: ['Newest first', ['PaymentRow']], ...unauthenticated }),
        },
      })
      .post('/api/billing/portal', () => billing.portal(), {
        detail: {
          ...detail,
          operationId: 'create_portal',
          summary: 'Manage what is paid for',
          responses: billingAnswers({
            200: ['Where to do so', 'CheckoutResponse'],
            400: ['Nothing was paid for yet'],
            ...unauthenticated,
            ...notConfigured,
          }),
        },
      })
      // What stands above has no body to read.
      .onParse(async ({ request }) => {
        await principalOf(request);
        return readJson(request);
      })
      .post('/api/billing/checkout', ({ body }) => billing.checkout(body.pack_id), {
        body: CheckoutBody,
        detail: {
          ...detail,
          operationId: 'create_checkout',
          summary: 'Buy a pack',
          requestBody: jsonBody('CheckoutBody'),
          responses: billingAnswers({
            200: ['Where to pay', 'CheckoutResponse'],
            400: ['Unknown pack'],
            ...unauthenticated,
            ...notConfigured,
          }),
        },
      })
      .put('/api/billing/auto-topup', ({ body }) => setAutoTopup(billing, body), {
        body: AutoTopupBody,
        detail: {
          ...detail,
          operationId: 'update_auto_topup',
          summary: 'Set automatic top-up',
          requestBody: jsonBody('AutoTopupBody'),
          responses: billingAnswers({
            200: ['Set'],
            400: ['Unknown pack'],
            ...unauthenticated,
            ...notConfigured,
          }),
        },
      })
  );
}

function setAutoTopup(billing: Billing, body: typeof AutoTopupBody.static) {
  const { enabled, threshold_credits: thresholdCredits, pack_id: packId } = body;
  billing.setAutoTopup({ enabled, thresholdCredits, packId });
  return done();
}

function planDto(plan: Plan) {
  return {
    id: plan.id,
    name: plan.name,
    monthly_price_cents: plan.monthlyPriceCents,
    included_credits: plan.includedCredits,
    overage_micros: plan.overageUsdMicros,
    breakeven_credits: breakevenCredits(plan),
    contact_sales: plan.isByContact,
    blurb: plan.blurb,
    features: plan.features,
  };
}

function packDto(pack: Pack) {
  return {
    id: pack.id,
    name: pack.name,
    credits: pack.credits,
    price_cents: pack.priceCents,
    blurb: pack.blurb,
  };
}
