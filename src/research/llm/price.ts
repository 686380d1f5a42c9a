import { isIP } from 'node:net';
import { Fault } from '../../lib/fault';
import type { LlmPrice } from '../ports';

/**
 * US dollars for a million tokens, in and out: public list prices as of November 2025, without
 * discounts for caching or batches. A name stands for its dated versions too.
 */
const LIST_PRICES: Record<string, readonly [number, number]> = {
  'gpt-4o-mini': [0.15, 0.6],
  'gpt-4o': [2.5, 10],
  'gpt-4.1-nano': [0.1, 0.4],
  'gpt-4.1-mini': [0.4, 1.6],
  'gpt-4.1': [2, 8],
  'gpt-5-nano': [0.05, 0.4],
  'gpt-5-mini': [0.25, 2],
  'gpt-5': [1.25, 10],
  'claude-3-5-haiku': [0.8, 4],
  'claude-haiku-4-5': [1, 5],
  'claude-sonnet-4': [3, 15],
  'claude-sonnet-4-5': [3, 15],
  'claude-opus-4-1': [15, 75],
  'claude-opus-4-5': [5, 25],
  'gemini-2.0-flash': [0.1, 0.4],
  'gemini-2.5-flash-lite': [0.1, 0.4],
  'gemini-2.5-flash': [0.3, 2.5],
};

/** Between the name of a model and its version: `gpt-4o-2024-08-06`, `claude-…:beta`. */
const VERSION = /^(?:-(?:\d{4}-\d{2}-\d{2}|\d{8}|latest|\d{3})|:.*)?$/;
const USD_MICROS = 1_000_000;
const PRICE = /^(\d{1,4}(?:\.\d{1,6})?)\s*\/\s*(\d{1,4}(?:\.\d{1,6})?)$/;
const FREE: LlmPrice = { inputUsdMicros: 0, outputUsdMicros: 0 };

/**
 * What a model costs: the operator's own price, else its list price, else nothing for a server of
 * the operator's own network. Throws Fault `not_configured` when nobody says: a budget that takes
 * an unknown price for nothing would be none.
 */
export function priceOf(model: string, baseUrl: string, own: string, option: string): LlmPrice {
  if (own !== '') return parsePrice(own, option);
  const listed = isLocal(baseUrl) ? FREE : listPrice(model);
  if (listed) return listed;
  throw new Fault(
    'not_configured',
    `The price of the model ${model} is not known: set ${option} to dollars for a million tokens ` +
      'in and out, like 0.15/0.60, or to 0/0 if it costs nothing.',
    { field: option },
  );
}

function parsePrice(text: string, option: string): LlmPrice {
  const [, input, output] = PRICE.exec(text.trim()) ?? [];
  if (input === undefined || output === undefined) {
    throw new Fault(
      'invalid_request',
      `${option} "${text}" must be dollars for a million tokens in and out, like 0.15/0.60`,
      { field: option },
    );
  }
  return usd(Number(input), Number(output));
}

/** A router names the maker first: `openai/gpt-4o`. */
function listPrice(model: string): LlmPrice | null {
  const name = model.toLowerCase().replace(/^(?:models|[\w.-]+)\//, '');
  const known = Object.entries(LIST_PRICES).find(
    ([prefix]) => name.startsWith(prefix) && VERSION.test(name.slice(prefix.length)),
  );
  return known ? usd(...known[1]) : null;
}

function usd(input: number, output: number): LlmPrice {
  return {
    inputUsdMicros: Math.round(input * USD_MICROS),
    outputUsdMicros: Math.round(output * USD_MICROS),
  };
}

function isLocal(baseUrl: string): boolean {
  const host = new URL(baseUrl).hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0)
    return /^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|::1$|f[cd])/.test(host);
  return !host.includes('.') || /\.(?:localhost|local|internal|lan)$/.test(host);
}

/** Rounded up: no call is counted for less than it costs. */
export function costUsdMicros(
  { inputUsdMicros, outputUsdMicros }: LlmPrice,
  { inputTokens, outputTokens }: { inputTokens: number; outputTokens: number },
): number {
  return Math.ceil((inputTokens * inputUsdMicros + outputTokens * outputUsdMicros) / 1_000_000);
}
