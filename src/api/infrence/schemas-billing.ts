// Elysia's own integer takes strings too, and says so in the API description.
import { Type } from '@sinclair/typebox';
import { t } from 'elysia';
import { answersFor } from './answers';

const strict = { additionalProperties: false };
const dateTime = { format: 'date-time' };

export const CheckoutBody = t.Object({ pack_id: t.String() }, strict);

export const AutoTopupBody = t.Object(
  {
    enabled: t.Boolean(),
    threshold_credits: Type.Integer({ minimum: 0, maximum: 1_000_000_000 }),
    pack_id: t.String(),
  },
  strict,
);

const CheckoutResponse = t.Object({ url: t.String() });

const plan = {
  id: t.String(),
  name: t.String(),
  monthly_price_cents: Type.Integer(),
  included_credits: Type.Integer(),
  overage_micros: Type.Integer({
    description: 'What a credit beyond the included ones costs, in millionths of a dollar.',
  }),
  blurb: t.String(),
  features: t.Array(t.String()),
};

const PlanDto = t.Object({
  ...plan,
  breakeven_credits: Type.Integer({
    description: 'Credits a month from which on the plan costs less than the list price.',
  }),
  contact_sales: t.Boolean({
    description: 'Addition: price and credits are agreed on; the figures here say nothing.',
  }),
});

const pack = {
  id: t.String(),
  name: t.String(),
  credits: Type.Integer(),
  price_cents: Type.Integer(),
  blurb: t.String(),
};

const PackDto = t.Object(pack);

const PaymentRow = t.Object({
  id: t.String({ format: 'uuid' }),
  created_at: t.String(dateTime),
  status: t.String(),
  pack_credits: Type.Integer(),
  pack_amount_cents: Type.Integer(),
  completed_at: t.Optional(t.Unsafe<string | null>({ type: ['string', 'null'], ...dateTime })),
});

/** By the names they have in the API description. */
export const billingModels = {
  CheckoutBody,
  AutoTopupBody,
  CheckoutResponse,
  PlanDto,
  PackDto,
  PaymentRow,
};

/** As `answers` of the research schemas, for these models. */
export const billingAnswers = answersFor<keyof typeof billingModels>();
