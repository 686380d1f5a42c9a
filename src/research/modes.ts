import { creditsToMicros } from '../lib/money';
import type { Budget, ResearchMode } from './types';

/** What one source costs where work is metered; the fixed prices are this times their sources. */
const SOURCE_PRICE_MICROS = creditsToMicros(10);
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
    branches: 4,
    critic: false,
    maxWallclockMs: 180_000,
  },
  pro: {
    priceMicros: creditsToMicros(600),
    maxSources: 60,
    maxWaves: 4,
    branches: 6,
    critic: true,
    maxWallclockMs: 600_000,
  },
  max: {
    priceMicros: null,
    maxSources: MAX_MODE_SOURCES,
    maxWaves: 8,
    branches: 9,
    critic: true,
    maxWallclockMs: 1_800_000,
  },
};

export const MAX_WALLCLOCK_SECONDS = 3_600;

/** What a request may use: its mode's budget, tightened by what it says itself. */
export function budgetOf(request: {
  mode: ResearchMode;
  maxCredits: number | null;
  maxWallclockSeconds: number | null;
}): Budget {
  const mode = modes[request.mode];
  const affordable =
    mode.priceMicros === null && request.maxCredits !== null
      ? Math.floor(creditsToMicros(request.maxCredits) / SOURCE_PRICE_MICROS)
      : mode.maxSources;
  return {
    maxSources: Math.min(mode.maxSources, affordable),
    maxWaves: mode.maxWaves,
    branches: mode.branches,
    critic: mode.critic,
    maxWallclockMs:
      request.maxWallclockSeconds === null
        ? mode.maxWallclockMs
        : request.maxWallclockSeconds * 1_000,
  };
}

/** What is set aside at submit: nothing a job does can cost more. */
export function holdMicros(request: { mode: ResearchMode; maxCredits: number | null }): number {
  return modes[request.mode].priceMicros ?? creditsToMicros(request.maxCredits ?? 0);
}

/** What a finished job costs: its fixed price, or its sources where it is metered. */
export function priceOfDone(mode: ResearchMode, heldMicros: number, sourcesRead: number): number {
  return modes[mode].priceMicros ?? priceOfUsed(heldMicros, sourcesRead);
}

/** What a canceled job costs: the sources it has read, never more than was held. */
export function priceOfUsed(heldMicros: number, sourcesRead: number): number {
  return Math.min(heldMicros, sourcesRead * SOURCE_PRICE_MICROS);
}

/** The least that metered work can cost: below it, no source could be read. */
export const LEAST_METERED_CREDITS = 10;
