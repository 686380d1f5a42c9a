import type { TokenPrice } from '../../../src/hosts/types';
import { formatCredits, microsToUsdMicros } from '../../../src/lib/money';
import { dollars } from '../pricing/figures';

/** Prices are kept for a thousand tokens, and told for a million. */
const THOUSANDS_PER_MILLION = 1_000;

/** `10000 credits ($100)`, for a million tokens. */
export function perMillion(micros: number): string {
  if (micros === 0) return 'free';
  const perMillionMicros = micros * THOUSANDS_PER_MILLION;
  const credits = formatCredits(perMillionMicros);
  return `${credits} credits (${dollars(microsToUsdMicros(perMillionMicros))})`;
}

/** From the cheapest host to the dearest, for a million tokens of the prompt or of the answer. */
export function priceRange(lowest: TokenPrice, highest: TokenPrice, of: keyof TokenPrice): string {
  const [from, to] = [lowest[of], highest[of]].sort((a, b) => a - b) as [number, number];
  return from === to ? perMillion(from) : `${perMillion(from)} to ${perMillion(to)}`;
}
