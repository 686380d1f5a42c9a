import { Fault } from '../lib/fault';
import { MAX_HOSTED_MODELS } from './hosted-models';
import { HIGHEST_PRICE_USD } from './price';
import type { ModelAlias, NewHost } from './types';

const MAX_SLOTS = 256;
const MAX_ALIASED_MODELS = 256;
const MAX_NAME_LENGTH = 200;
const MAX_TOKENS = 1_000_000;
const HIGHEST_PRIORITY = 100;
const MAX_TOKEN_USES = 10_000;
const MAX_TOKEN_LIFE_MS = 366 * 86_400_000;

/** Throws Fault `invalid_request` that names the field. `maxPriceUsd` is for a token. */
export function checkHost(
  { gpu, models, slots, pricePerToken, pricePerPromptToken }: NewHost,
  maxPriceUsd: number,
): void {
  checkName(gpu, 'gpu');
  if (models.length === 0 || models.length > MAX_HOSTED_MODELS) {
    throw new Fault('invalid_request', `name between 1 and ${MAX_HOSTED_MODELS} models`, {
      field: 'models',
    });
  }
  for (const { name, maxTokens } of models) {
    checkName(name, 'models');
    if (Number.isInteger(maxTokens) && maxTokens > 0 && maxTokens <= MAX_TOKENS) continue;
    throw new Fault('invalid_request', `max_tokens must be a whole number up to ${MAX_TOKENS}`, {
      field: 'models',
    });
  }
  checkPrice(pricePerToken, maxPriceUsd, 'price_per_token');
  checkPrice(pricePerPromptToken, maxPriceUsd, 'price_per_prompt_token');
  if (Number.isInteger(slots) && slots > 0 && slots <= MAX_SLOTS) return;
  throw new Fault('invalid_request', `slots must be a whole number up to ${MAX_SLOTS}`, {
    field: 'slots',
  });
}

/** As `checkHost`. No models are no error: they remove the alias. */
export function checkAlias({ name, models }: ModelAlias): void {
  checkName(name, 'name');
  if (models.length > MAX_ALIASED_MODELS) {
    throw new Fault('invalid_request', `an alias has at most ${MAX_ALIASED_MODELS} models`, {
      field: 'models',
    });
  }
  for (const model of models) checkName(model, 'models');
  if (!models.includes(name)) return;
  throw new Fault('invalid_request', 'an alias cannot stand for itself', { field: 'models' });
}

/** As `checkHost`. */
export function checkJoinToken(lifeMs: number, uses: number): void {
  if (!(lifeMs > 0 && lifeMs <= MAX_TOKEN_LIFE_MS)) {
    throw new Fault('invalid_request', 'a join token lives for at most a year', {
      field: 'life_hours',
    });
  }
  if (Number.isInteger(uses) && uses > 0 && uses <= MAX_TOKEN_USES) return;
  throw new Fault('invalid_request', `uses must be a whole number up to ${MAX_TOKEN_USES}`, {
    field: 'uses',
  });
}

/** As `checkHost`. */
export function checkPriority(priority: number): void {
  if (Number.isInteger(priority) && Math.abs(priority) <= HIGHEST_PRIORITY) return;
  throw new Fault('invalid_request', 'priority must be a whole number from -100 to 100', {
    field: 'priority',
  });
}

/** Who names no price of their own has the dearest one set aside: without a bound, one host could
 * make a model too dear for everybody. */
function checkPrice(usd: number, maxUsd: number, field: string): void {
  if (!(usd >= 0 && usd <= HIGHEST_PRICE_USD)) {
    throw new Fault('invalid_request', `${field} must be dollars for a token, like 0.0001`, {
      field,
    });
  }
  if (usd <= maxUsd) return;
  throw new Fault(
    'invalid_request',
    `${field} is above the ${maxUsd} dollars that hosts may ask for a token here: ask for less, or ` +
      'have the operator raise SONDE_HOST_MAX_PRICE_USD_MICROS',
    { field },
  );
}

function checkName(name: string, field: string): void {
  const isClean = name.trim() === name && !/[\p{Cc}]/u.test(name);
  if (isClean && name.length > 0 && name.length <= MAX_NAME_LENGTH) return;
  throw new Fault(
    'invalid_request',
    `${field} must be a text of up to ${MAX_NAME_LENGTH} characters`,
    {
      field,
    },
  );
}
