import { Fault } from '../lib/fault';
import type { Pool } from './pool';
import type { PoolHost } from './pool-host';
import { priceFor, priceOfUsd } from './price';
import { needsOf } from './prompt';
import type { Choice } from './routing';
import type { HostFeature, InferenceRequest, PoolModel, TokenPrice } from './types';

/** Names in an error: enough to find a slip of the pen. */
const MAX_NAMES = 20;

const FIELD_OF_FEATURE: Record<HostFeature, string> = {
  chat: 'messages',
  completions: 'prompt',
  embeddings: 'input',
  tools: 'tools',
  response_format: 'response_format',
};

/**
 * Which models may answer a request, and what it pays at most. Goes by what hosts offer, whether or
 * not they have it now: a job waits, and by then another host may be the one that serves it. Throws
 * the Faults of `Inference.submit` that can be told before anything is written.
 */
export function checkAskable(
  pool: Pool,
  request: InferenceRequest,
  nowMs: number,
): { models: string[]; price: TokenPrice } {
  const models = pool.aliases.get(request.model)?.models ?? [request.model];
  const offers = models.flatMap((model) =>
    inForce(pool, model, nowMs).map((host) => ({ host, model })),
  );
  if (offers.length === 0) throw unknownModel(pool, request.model, nowMs);
  for (const need of needsOf(request)) {
    if (offers.some(({ host }) => host.stored.features.includes(need))) continue;
    const field = FIELD_OF_FEATURE[need];
    throw new Fault('invalid_request', `no host that has ${request.model} can serve \`${field}\``, {
      field,
    });
  }
  checkLength(request, longestOf(offers));
  return { models, price: capOf(request, offers) };
}

/** An admin's alias may name models that nobody has yet: then the others answer. */
function unknownModel(pool: Pool, model: string, nowMs: number): Fault {
  const offered = pool.modelNames().filter((name) => inForce(pool, name, nowMs).length > 0);
  const names = [...offered, ...pool.aliases.keys()].sort();
  const known = names.slice(0, MAX_NAMES).join(', ');
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  const hint =
    names.length === 0 ? 'no host has registered a model yet' : `there are ${known}${more}`;
  return new Fault('not_found', `no host has the model ${model}: ${hint}`, { field: 'model' });
}

function checkLength({ model, maxTokens }: InferenceRequest, most: number): void {
  if (maxTokens <= most) return;
  throw new Fault('invalid_request', `${model} answers with at most ${most} tokens`, {
    field: 'max_tokens',
  });
}

/** What the user named, or else whatever the dearest of today's offers asks for such a request. */
function capOf(request: InferenceRequest, offers: Choice[]): TokenPrice {
  const { maxPricePerToken } = request;
  const prices = offers.map(({ host }) => priceFor(request, host.stored.price));
  const { inputMicros, outputMicros } = priceBy(Math.max, prices);
  if (maxPricePerToken === null) return { inputMicros, outputMicros };
  const capMicros = priceOfUsd(maxPricePerToken);
  return {
    inputMicros: Math.min(capMicros, inputMicros),
    outputMicros: Math.min(capMicros, outputMicros),
  };
}

function priceBy(pick: (...values: number[]) => number, prices: TokenPrice[]): TokenPrice {
  return {
    inputMicros: pick(...prices.map(({ inputMicros }) => inputMicros)),
    outputMicros: pick(...prices.map(({ outputMicros }) => outputMicros)),
  };
}

/** Those that offer it. */
function inForce(pool: Pool, model: string, nowMs: number): PoolHost[] {
  return [...pool.hostsOf(model)].filter(
    (host) => host.stored.state !== 'pending' && !host.isGone(nowMs),
  );
}

function longestOf(offers: Choice[]): number {
  return Math.max(...offers.map(({ host, model }) => host.offer(model)?.maxTokens ?? 0));
}

/** The models that hosts in force offer, by name. */
export function offeredModels(pool: Pool, nowMs: number): PoolModel[] {
  return pool.modelNames().flatMap((name) => {
    const hosts = inForce(pool, name, nowMs);
    if (hosts.length === 0) return [];
    const prices = hosts.map(({ stored }) => stored.price);
    return [
      {
        name,
        availableHosts: hosts.filter((host) => isAvailable(host, name, nowMs)).length,
        lowestPrice: priceBy(Math.min, prices),
        highestPrice: priceBy(Math.max, prices),
        maxTokens: longestOf(hosts.map((host) => ({ host, model: name }))),
        features: [...new Set(hosts.flatMap(({ stored }) => stored.features))].sort(),
        createdMs: Math.min(...hosts.map(({ stored }) => stored.createdMs)),
      },
    ];
  });
}

function isAvailable(host: PoolHost, model: string, nowMs: number): boolean {
  const isServing = host.stored.state === 'active' && host.isAlive(nowMs);
  return isServing && !host.isCooling(nowMs) && host.has(model);
}
