import { t } from 'elysia';
import { addition } from '../../http/openapi';
import { answersFor } from '../answers';
import { dateTime, int64, nullableTime, strict, uuid } from './fields';

export const CheckoutBody = t.Object({ pack_id: t.String() }, strict);

export const AutoTopupBody = t.Object(
  {
    enabled: t.Boolean(),
    threshold_credits: int64({ minimum: 0, maximum: 1_000_000_000 }),
    pack_id: t.String(),
  },
  strict,
);

const CheckoutResponse = t.Object({ url: t.String() });

const plan = {
  id: t.String(),
  name: t.String(),
  monthly_price_cents: int64(),
  included_credits: int64(),
  overage_micros: int64({
    description: 'What a credit beyond the included ones costs, in millionths of a dollar.',
  }),
  blurb: t.String(),
  features: t.Array(t.String()),
};

const PlanDto = t.Object({
  ...plan,
  breakeven_credits: int64({
    description: 'Credits a month from which on the plan costs less than the list price.',
  }),
  contact_sales: t.Boolean({
    ...addition,
    description: 'Addition: price and credits are agreed on; the figures here say nothing.',
  }),
});

const pack = {
  id: t.String(),
  name: t.String(),
  credits: int64(),
  price_cents: int64(),
  blurb: t.String(),
};

const PackDto = t.Object(pack);

const PaymentRow = t.Object({
  id: uuid(),
  created_at: dateTime(),
  status: t.String(),
  pack_credits: int64(),
  pack_amount_cents: int64(),
  completed_at: nullableTime(),
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
