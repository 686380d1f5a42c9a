import { Fault } from '../lib/fault';
import { CREDIT_USD_MICROS, freePlan, packs, plans } from './pricing';
import type { AutoTopup, Pack, Plan } from './types';

const USD_MICROS_PER_CENT = 10_000;

/** What users can have and what it costs. Nothing is sold yet: what would need a payment provider
 * throws Fault `not_configured`. */
export interface Billing {
  plans(): readonly Plan[];
  packs(): readonly Pack[];
  /** There are none while nothing is sold. */
  payments(): readonly never[];
  /** Throws Fault `invalid_request` for an unknown pack, `not_configured` otherwise. */
  checkout(packId: string): never;
  /** Throws Fault `not_configured`. */
  portal(): never;
  /** Accepts to be off, which it always is. Throws as `checkout` does. */
  setAutoTopup(wanted: AutoTopup): void;
}

export function createBilling(): Billing {
  return {
    plans: () => plans,
    packs: () => packs,
    payments: () => [],
    checkout(packId) {
      expectPack(packId);
      throw notConfigured();
    },
    portal() {
      throw notConfigured();
    },
    setAutoTopup({ enabled, packId }) {
      expectPack(packId);
      if (enabled) throw notConfigured();
    },
  };
}

/** Credits that every user is granted for each month. */
export const FREE_MONTHLY_CREDITS = freePlan.includedCredits;

/** The monthly use from which on a plan costs less than the same credits at the list price. */
export function breakevenCredits(plan: Plan): number {
  return Math.ceil((plan.monthlyPriceCents * USD_MICROS_PER_CENT) / CREDIT_USD_MICROS);
}

function expectPack(packId: string): void {
  if (packs.some((pack) => pack.id === packId)) return;
  const known = packs.map((pack) => pack.id).join(', ');
  throw new Fault('invalid_request', `there is no such pack: choose one of ${known}`, {
    field: 'pack_id',
  });
}

function notConfigured(): Fault {
  return new Fault(
    'not_configured',
    'Stripe is not configured on this server: ask your admin to grant credits',
  );
}
