import { assert } from './assert';

/** 1 credit = 1,000,000 micro-credits = $0.01. Money is an integer of these, never a float. */
const MICROS_PER_CREDIT = 1_000_000;
const CREDITS_PER_USD = 100;
export const USD_MICROS_PER_USD = 1_000_000;

export function creditsToMicros(credits: number): number {
  const micros = Math.round(credits * MICROS_PER_CREDIT);
  assert(Number.isSafeInteger(micros), `amount out of range: ${credits} credits`);
  return micros;
}

/** Whole credits, rounded down: what a contract with integers may promise. */
export function wholeCredits(micros: number): number {
  return Math.floor(micros / MICROS_PER_CREDIT);
}

/** Micro-credits as credits with up to six decimals, exactly: `2.56`. */
export function formatCredits(micros: number): string {
  assert(Number.isSafeInteger(micros), 'micros are integers');
  const sign = micros < 0 ? '-' : '';
  const absolute = Math.abs(micros);
  const fraction = String(absolute % MICROS_PER_CREDIT)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${sign}${Math.floor(absolute / MICROS_PER_CREDIT)}${fraction ? `.${fraction}` : ''}`;
}

/** Micro-credits as dollars and cents, rounded down: `12.34`. */
export function formatUsd(micros: number): string {
  return (Math.floor(micros / MICROS_PER_CREDIT) / CREDITS_PER_USD).toFixed(2);
}

/** Exactly: a micro-dollar is 100 micro-credits. */
export function usdMicrosToMicros(usdMicros: number): number {
  const micros = usdMicros * CREDITS_PER_USD;
  assert(Number.isSafeInteger(micros), `amount out of range: ${usdMicros} micro-dollars`);
  return micros;
}

/** The list price in micro-dollars: 1 credit is 10,000 of them. */
export function microsToUsdMicros(micros: number): number {
  return Math.round(micros / CREDITS_PER_USD);
}
