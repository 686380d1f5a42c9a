/** What a month of a plan gives and costs. */
export interface Plan {
  id: string;
  name: string;
  monthlyPriceCents: number;
  /** Credits that are there at the start of each month (UTC) and expire at its end. */
  includedCredits: number;
  /** What a credit beyond them costs, in millionths of a dollar. */
  overageUsdMicros: number;
  /** Price and credits are agreed with the seller: the figures of the plan say nothing. */
  isByContact: boolean;
  blurb: string;
  features: string[];
}

/** Credits that are bought once and do not expire. */
export interface Pack {
  id: string;
  name: string;
  credits: number;
  priceCents: number;
  blurb: string;
}

/** What a user asks of automatic top-up. */
export interface AutoTopup {
  enabled: boolean;
  thresholdCredits: number;
  packId: string;
}
