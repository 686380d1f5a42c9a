import { creditsToMicros, usdMicrosToMicros } from '../lib/money';
import { settingsOf } from './settings';
import type { Budget, ResearchMode, ResearchRequest } from './types';

/** What one source costs where work is metered; the fixed prices are this times their sources. */
export const SOURCE_PRICE_MICROS = creditsToMicros(10);
const MAX_MODE_SOURCES = 200;

interface Mode extends Budget {
  /** Fixed price; null for a metered mode. */
  priceMicros: number | null;
}

/** A mode is a budget and a price. */
const modes: Record<ResearchMode, Mode> = {
  lite: {
    priceMicros: creditsToMicros(50),
    maxSources: 5,
    maxWaves: 1,
    branches: 4,
    critic: false,
    maxWallclockMs: 60_000,
  },
  standard: {
    priceMicros: creditsToMicros(200),
    maxSources: 20,
    maxWaves: 2,
    branches: 7,
    critic: false,
    maxWallclockMs: 180_000,
  },
  pro: {
    priceMicros: creditsToMicros(600),
    maxSources: 60,
    maxWaves: 4,
    branches: 10,
    critic: true,
    maxWallclockMs: 600_000,
  },
  max: {
    priceMicros: null,
    maxSources: MAX_MODE_SOURCES,
    maxWaves: 8,
    branches: 10,
    critic: true,
    maxWallclockMs: 1_800_000,
  },
};

export const MAX_WALLCLOCK_SECONDS = 3_600;

/** What of a request says what it may cost. */
type Priced = Pick<ResearchRequest, 'mode' | 'maxCredits' | 'settings'>;

/** What a job has used that costs. */
export interface Used {
  sourcesRead: number;
  /** What metered calls of providers have cost, in micro-credits. */
  callCostMicros: number;
  /** What was billed to the asker for its calls apart. Nothing if absent. */
  paidApartMicros?: number;
}

/** The most that a metered job may cost; null for a job with a fixed price. */
export function capMicros({ mode, maxCredits, settings }: Priced): number | null {
  const { maxCostUsdMicros } = settingsOf({ settings });
  if (maxCostUsdMicros !== null) return usdMicrosToMicros(maxCostUsdMicros);
  return modes[mode].priceMicros === null ? creditsToMicros(maxCredits ?? 0) : null;
}

/** What a request may use: its mode's budget, tightened by what it says itself. */
export function budgetOf(request: Priced & Pick<ResearchRequest, 'maxWallclockSeconds'>): Budget {
  const { maxSources, maxWaves, branches, critic, maxWallclockMs } = modes[request.mode];
  const cap = capMicros(request);
  const affordable = cap === null ? maxSources : Math.floor(cap / SOURCE_PRICE_MICROS);
  const seconds = request.maxWallclockSeconds;
  return {
    maxSources: Math.min(maxSources, affordable),
    maxWaves,
    branches,
    critic,
    maxWallclockMs: seconds === null ? maxWallclockMs : seconds * 1_000,
  };
}

/** What is set aside at submit: nothing a job does can cost more. */
export function holdMicros(request: Priced): number {
  return capMicros(request) ?? modes[request.mode].priceMicros ?? 0;
}

/** What a finished job charges: its fixed price, or what it used where it is metered. */
export function priceOfDone(request: Priced, used: Used): number {
  const isMetered = capMicros(request) !== null;
  return isMetered ? priceOfUsed(request, used) : mostLeft(request, used);
}

/** What a canceled job charges: what it used, never more than was held. */
export function priceOfUsed(request: Priced, used: Used): number {
  const { sourcesRead, callCostMicros } = used;
  return Math.min(mostLeft(request, used), sourcesRead * SOURCE_PRICE_MICROS + callCostMicros);
}

/** Of the price or the cap, what others have not billed already. */
function mostLeft(request: Priced, { paidApartMicros = 0 }: Used): number {
  return Math.max(0, holdMicros(request) - paidApartMicros);
}

/** The least that metered work can cost: below it, no source could be read. */
export const LEAST_METERED_CREDITS = 10;
