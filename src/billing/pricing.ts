import type { Pack, Plan } from './types';

/** The list price of one credit without a plan: a cent. */
export const CREDIT_USD_MICROS = 10_000;

/** What every user has without asking. */
export const freePlan: Plan = {
  id: 'free',
  name: 'Free',
  monthlyPriceCents: 0,
  includedCredits: 500,
  overageUsdMicros: CREDIT_USD_MICROS,
  isByContact: false,
  blurb: 'Ten quick answers a month, for trying it out.',
  features: ['500 credits a month', 'All research modes', 'Your own library'],
};

export const plans: readonly Plan[] = [
  freePlan,
  {
    id: 'developer',
    name: 'Developer',
    monthlyPriceCents: 2_900,
    includedCredits: 4_000,
    overageUsdMicros: 9_000,
    isByContact: false,
    blurb: 'For one person who builds with it.',
    features: ['4,000 credits a month', 'All research modes', 'Further credits at $0.009'],
  },
  {
    id: 'startup',
    name: 'Startup',
    monthlyPriceCents: 14_900,
    includedCredits: 25_000,
    overageUsdMicros: 8_000,
    isByContact: false,
    blurb: 'For a team whose product asks questions every day.',
    features: ['25,000 credits a month', 'All research modes', 'Further credits at $0.008'],
  },
  {
    id: 'growth',
    name: 'Growth',
    monthlyPriceCents: 49_900,
    includedCredits: 100_000,
    overageUsdMicros: 7_000,
    isByContact: false,
    blurb: 'For research at volume.',
    features: ['100,000 credits a month', 'All research modes', 'Further credits at $0.007'],
  },
  {
    id: 'enterprise',
    name: 'Enterprise',
    monthlyPriceCents: 0,
    includedCredits: 0,
    overageUsdMicros: 0,
    isByContact: true,
    blurb: 'Volume and terms by agreement: write to us.',
    features: ['Credits by agreement', 'Invoices', 'Help with running it yourself'],
  },
];

export const packs: readonly Pack[] = [
  {
    id: 'small',
    name: 'Small',
    credits: 1_000,
    priceCents: 1_000,
    blurb: 'Twenty quick answers, or five thorough ones.',
  },
  {
    id: 'medium',
    name: 'Medium',
    credits: 5_000,
    priceCents: 4_750,
    blurb: 'Five percent off the list price.',
  },
  {
    id: 'large',
    name: 'Large',
    credits: 20_000,
    priceCents: 18_000,
    blurb: 'Ten percent off the list price.',
  },
];
