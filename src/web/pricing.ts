import type { ModeFigures, Pricing } from '../../views/pages/pricing/figures';
import { CREDIT_USD_MICROS } from '../billing/pricing';
import type { Billing } from '../billing/service';
import { wholeCredits } from '../lib/money';
import { budgetOf, holdMicros, LEAST_METERED_CREDITS } from '../research/modes';
import type { ResearchMode } from '../research/types';

const MODES: readonly ResearchMode[] = ['lite', 'standard', 'pro', 'max'];
const MS_PER_MINUTE = 60_000;

/** The prices that submitting a job and billing themselves go by: none is written down twice. */
export function pricingOf(billing: Pick<Billing, 'plans' | 'packs'>): Pricing {
  return {
    creditUsdMicros: CREDIT_USD_MICROS,
    meteredSourceCredits: LEAST_METERED_CREDITS,
    modes: MODES.map(figuresOf),
    plans: billing.plans(),
    packs: billing.packs(),
  };
}

function figuresOf(mode: ResearchMode): ModeFigures {
  const budget = budgetOf({ mode, maxCredits: null, maxWallclockSeconds: null });
  // A metered mode sets aside what the request allows, which is nothing here.
  const fixedMicros = holdMicros({ mode, maxCredits: null });
  return {
    mode,
    priceCredits: fixedMicros === 0 ? null : wholeCredits(fixedMicros),
    maxSources: budget.maxSources,
    maxWaves: budget.maxWaves,
    maxMinutes: budget.maxWallclockMs / MS_PER_MINUTE,
    hasCritic: budget.critic,
  };
}
