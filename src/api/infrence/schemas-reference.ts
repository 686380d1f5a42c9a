import { t } from 'elysia';
import { double, int64 } from './fields';

const int32 = () => int64({ format: 'int32', minimum: 0 });
const seconds = () => int64({ minimum: 0 });

const price = {
  id: t.String(),
  name: t.String(),
  blurb: t.String(),
  stripe_price_env: t.String(),
};

/**
 * Schemas that the contract names and that none of its operations takes or gives: generated clients
 * refer to them all the same.
 */
export const referenceModels = {
  OpPrice: t.Object({ op: t.String(), credits: double(), note: t.String() }),
  Pack: t.Object({ ...price, credits: int64(), price_cents: int64() }),
  Plan: t.Object({
    ...price,
    monthly_price_cents: int64(),
    included_credits: int64(),
    overage_micros: int64(),
    features: t.Array(t.String()),
  }),
  ResearchBudgets: t.Object({
    max_cost_usd: double(),
    max_wallclock_secs: seconds(),
    max_waves: int32(),
    branches: int32(),
    max_searches: int32(),
    max_pages: int32(),
    synthesis_time_reserve_secs: seconds(),
    synthesis_cost_reserve_usd: double(),
  }),
};
