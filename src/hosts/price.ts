import { assert } from '../lib/assert';
import { USD_MICROS_PER_USD, usdMicrosToMicros } from '../lib/money';
import type { InferenceRequest, TokenPrice } from './types';

const TOKENS_PER_PRICE = 1_000;
/** $10 a token: beyond any price, and far from where integers end. */
const HIGHEST_USD = 10;

/** A price in dollars for a token, as the published API has it, in micro-credits for a thousand. */
export function priceOfUsd(usdPerToken: number): number {
  assert(usdPerToken >= 0 && usdPerToken <= HIGHEST_USD, 'a price is checked where it comes in');
  return Math.round(usdMicrosToMicros(USD_MICROS_PER_USD) * TOKENS_PER_PRICE * usdPerToken);
}

/** Dollars for a token. */
export function usdOfPrice(micros: number): number {
  return micros / (usdMicrosToMicros(USD_MICROS_PER_USD) * TOKENS_PER_PRICE);
}

/** Of a request: an embedding has no output, so a host that asks for nothing but output is paid for
 * what it reads. */
export function priceFor({ task }: InferenceRequest, price: TokenPrice): TokenPrice {
  if (task !== 'embedding') return price;
  return { inputMicros: price.inputMicros || price.outputMicros, outputMicros: 0 };
}

/** The most that so many tokens can cost: rounded up, so that no bill is above its hold. */
export function boundMicros(price: TokenPrice, promptTokens: number, maxTokens: number): number {
  return Math.ceil(exactMicros(price, promptTokens, maxTokens));
}

/** What tokens cost: rounded down. */
export function costMicros(price: TokenPrice, promptTokens: number, tokens: number): number {
  return Math.floor(exactMicros(price, promptTokens, tokens));
}

function exactMicros(price: TokenPrice, promptTokens: number, tokens: number): number {
  const scaled = price.inputMicros * promptTokens + price.outputMicros * tokens;
  assert(Number.isSafeInteger(scaled), 'tokens and prices are bounded where they come in');
  return scaled / TOKENS_PER_PRICE;
}

/** What is left to the host when the operator has taken a share. */
export function earningsOf(paidMicros: number, operatorSharePercent: number): number {
  return Math.floor((paidMicros * (100 - operatorSharePercent)) / 100);
}

export const HIGHEST_PRICE_USD = HIGHEST_USD;
