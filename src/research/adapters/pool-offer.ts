import type { Hosts, HostView, TokenPrice } from '../../hosts/types';

/** The pool, as far as a model of it is asked. */
export type PoolDoor = Pick<Hosts, 'inference' | 'registry'>;

/** What the pool has under one name, a model's or an alias's, at one moment. */
export interface Offer {
  /** What the name stands for. */
  models: string[];
  /** The most that the pool holds and bills; nothing without hosts. */
  price: TokenPrice;
  /** The most that one answer may have. */
  maxTokens: number;
  /** Those that answer now, or soon. */
  ready: HostView[];
}

/** A host that rests no longer than this after a failure is waited for. */
const WORTH_WAITING_MS = 15_000;

/** `limit` is what may be paid; without it, what is fair among the hosts of now. A dearer host is
 * none. */
export function offerOf(
  { inference, registry }: PoolDoor,
  name: string,
  nowMs: number,
  limit?: TokenPrice,
): Offer {
  const models = inference.aliases().find((alias) => alias.name === name)?.models ?? [name];
  const maxTokensOf = (host: HostView) =>
    Math.max(0, ...host.models.filter((m) => models.includes(m.name)).map((m) => m.maxTokens));
  const hasOne = (host: HostView) =>
    host.models.some((model) => models.includes(model.name) && model.absentSinceMs === null);
  const isReady = (host: HostView) =>
    host.state === 'active' &&
    host.isAlive &&
    (host.coolingUntilMs ?? 0) - nowMs < WORTH_WAITING_MS &&
    hasOne(host);
  const inForce = registry
    .list()
    .filter(({ state }) => state === 'active' || state === 'draining')
    .filter((host) => maxTokensOf(host) > 0);
  const price = limit ?? fairPrice(inForce, inForce.filter(isReady));
  const hosts = inForce.filter((host) => !isDear(host.price, price));
  return {
    models,
    price,
    maxTokens: Math.max(0, ...hosts.map(maxTokensOf)),
    ready: hosts.filter(isReady),
  };
}

/** Of a call of research: it reads much more than it says. */
const INPUT_PER_OUTPUT = 8;
/** A host that asks for more than this many times the cheapest gets no calls: nobody may make
 * research dear, or starve it, by joining. */
const FAIR_FACTOR = 2;

/** The pool takes one limit for both parts of a price, and holds for each what the dearest host under
 * it asks. */
function fairPrice(inForce: readonly HostView[], ready: readonly HostView[]): TokenPrice {
  const asked = (ready.length > 0 ? ready : inForce).map(({ price }) => price);
  const cheapest = Math.min(...asked.map(costOfCall));
  const fair = asked.filter((price) => costOfCall(price) <= FAIR_FACTOR * cheapest);
  const limit = Math.max(
    0,
    ...fair.flatMap(({ inputMicros, outputMicros }) => [inputMicros, outputMicros]),
  );
  const most = (part: keyof TokenPrice) =>
    Math.min(limit, Math.max(0, ...inForce.map(({ price }) => price[part])));
  return { inputMicros: most('inputMicros'), outputMicros: most('outputMicros') };
}

function costOfCall({ inputMicros, outputMicros }: TokenPrice): number {
  return INPUT_PER_OUTPUT * inputMicros + outputMicros;
}

function isDear({ inputMicros, outputMicros }: TokenPrice, limit: TokenPrice): boolean {
  return inputMicros > limit.inputMicros || outputMicros > limit.outputMicros;
}

/** Chats of these names run research: a job that asked one would ask itself, without an end. A router
 * puts the maker before the name. */
const RESEARCH = /(?:^|\/)sonde-/i;

export function isResearchModel(model: string): boolean {
  return RESEARCH.test(model);
}
