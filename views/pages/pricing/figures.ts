import type { Pack, Plan } from '../../../src/billing/types';
import type { ResearchMode } from '../../../src/research/types';

/** What a research mode may use, and what it costs. */
export interface ModeFigures {
  mode: ResearchMode;
  /** Null for a metered mode. */
  priceCredits: number | null;
  maxSources: number;
  maxWaves: number;
  maxMinutes: number;
  hasCritic: boolean;
}

/** All prices in force. */
export interface Pricing {
  creditUsdMicros: number;
  /** What each source that was read costs where work is metered. */
  meteredSourceCredits: number;
  modes: readonly ModeFigures[];
  plans: readonly Plan[];
  packs: readonly Pack[];
}

export const USD_MICROS_PER_CENT = 10_000;

const USD_MICROS_PER_USD = 1_000_000;

/** `$29`, `$47.50`, `$0.009`: cents, or more digits where a price needs them. */
export function dollars(usdMicros: number): string {
  const isWhole = usdMicros % USD_MICROS_PER_USD === 0;
  const formatted = (usdMicros / USD_MICROS_PER_USD).toLocaleString('en-US', {
    minimumFractionDigits: isWhole ? 0 : 2,
    maximumFractionDigits: 6,
  });
  return `$${formatted}`;
}

export function count(value: number): string {
  return value.toLocaleString('en-US');
}

export function planPrice(plan: Plan): string {
  if (plan.isByContact) return 'by agreement';
  return `${dollars(plan.monthlyPriceCents * USD_MICROS_PER_CENT)} a month`;
}

export function modePrice({ priceCredits }: ModeFigures, meteredSourceCredits: number): string {
  if (priceCredits !== null) return `${count(priceCredits)} credits`;
  return `${count(meteredSourceCredits)} credits for each source read, up to max_credits`;
}
