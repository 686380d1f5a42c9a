import { microsToUsdMicros, usdMicrosToMicros } from '../../lib/money';
import { type ApartBills, Meter } from '../meter';
import { capMicros, holdMicros } from '../modes';
import type { Llm } from '../ports';
import type { PinnedRequest } from '../types';
import { type LlmMemory, type LlmStage, spentUsdMicros } from './memory';
import { costUsdMicros } from './price';

/** Out of which the calls of one job are paid. */
export interface Purse {
  /** False when so much does not fit: then the call must not be made. */
  reserve(stage: LlmStage, costUsdMicros: number): Promise<boolean>;
  giveBack(costUsdMicros: number): Promise<void>;
}

/** Whom a job asks, and whether each answer is billed to the asker by itself. */
interface Payees {
  reader: Llm;
  writer: Llm;
  isBilledApart?: boolean;
}

/** Of what a job may cost, for its model; of that, for what is written at the end. */
const LLM_SHARE = 0.3;
const WRITING_SHARE = 0.4;
/** What comes last keeps its share from what comes before. */
const IS_LAST: Record<LlmStage, boolean> = { plan: false, read: false, write: true, typed: true };

/**
 * A metered job pays its model out of its meter, under its cap. A job with a fixed price costs its
 * asker the same whatever the model does; its operator pays no more than that price for it.
 *
 * What hosts of the pool answer is billed to the asker apart, at cost, under a hold of its own. It
 * takes the same room: under the cap of a metered job beside what that charges, and of a fixed price
 * what is left is what the job charges. So the bills of a job never sum to more than its cap or its
 * price, and nothing is in two of them.
 */
export function openPurse(
  request: PinnedRequest,
  metered: Meter,
  { reader, writer, isBilledApart = false }: Payees,
  { stats }: LlmMemory,
): Purse {
  const isMetered = capMicros(request) !== null;
  const limitMicros = holdMicros(request);
  const limitUsdMicros = microsToUsdMicros(limitMicros);
  const { apart } = metered;
  // Bills of waves that were lost count as well: they were paid.
  const spent = apart ? microsToUsdMicros(apart.costMicros) : spentUsdMicros(stats);
  const meter = isMetered ? metered : fixedPriceMeter(limitMicros, spent, apart);
  const share = isMetered ? Math.floor(limitUsdMicros * LLM_SHARE) : limitUsdMicros;
  // A call of the writer that fills its context: no more can be needed for one.
  const fullCall = costUsdMicros(writer.price, {
    inputTokens: writer.contextTokens,
    outputTokens: writer.contextTokens,
  });
  const left = Math.min(Math.floor(share * WRITING_SHARE), 2 * fullCall);
  // A host may come to ask for more than nothing, and a replay knows no prices of hosts.
  const mayCost = isBilledApart || fullCall > 0 || isPriced(reader);
  if (mayCost) meter.setAside(Math.max(0, share - spent));
  return {
    reserve: (stage, cost) => meter.reserveAside(cost, IS_LAST[stage] ? null : left),
    giveBack: (cost) => meter.giveBackAside(cost),
  };
}

function isPriced({ price }: Llm): boolean {
  return price.inputUsdMicros > 0 || price.outputUsdMicros > 0;
}

/** In memory alone, but for what is billed apart: nothing of it is charged. */
function fixedPriceMeter(
  limitMicros: number,
  spentUsdMicros: number,
  apart: ApartBills | undefined,
): Meter {
  return new Meter({
    capMicros: limitMicros,
    callCostMicros: apart ? 0 : usdMicrosToMicros(spentUsdMicros),
    sourceCount: 0,
    record: async () => {},
    apart,
  });
}
