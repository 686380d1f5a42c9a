import { microsToUsdMicros, usdMicrosToMicros } from '../../lib/money';
import { Meter } from '../meter';
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

/** Of what a job may cost, for its model; of that, for what is written at the end. */
const LLM_SHARE = 0.3;
const WRITING_SHARE = 0.4;
/** What comes last keeps its share from what comes before. */
const IS_LAST: Record<LlmStage, boolean> = { plan: false, read: false, write: true, typed: true };

/**
 * A metered job pays its model out of its meter, under its cap. A job with a fixed price costs its
 * asker the same whatever the model does; its operator pays no more than that price for it.
 */
export function openPurse(
  request: PinnedRequest,
  metered: Meter,
  { reader, writer }: { reader: Llm; writer: Llm },
  { stats }: LlmMemory,
): Purse {
  const isMetered = capMicros(request) !== null;
  const limitMicros = holdMicros(request);
  const limitUsdMicros = microsToUsdMicros(limitMicros);
  const spent = spentUsdMicros(stats);
  const meter = isMetered ? metered : fixedPriceMeter(limitMicros, spent);
  const share = isMetered ? Math.floor(limitUsdMicros * LLM_SHARE) : limitUsdMicros;
  // A call of the writer that fills its context: no more can be needed for one.
  const fullCall = costUsdMicros(writer.price, {
    inputTokens: writer.contextTokens,
    outputTokens: writer.contextTokens,
  });
  const left = Math.min(Math.floor(share * WRITING_SHARE), 2 * fullCall);
  if (fullCall > 0 || isPriced(reader)) meter.setAside(Math.max(0, share - spent));
  return {
    reserve: (stage, cost) => meter.reserveAside(cost, IS_LAST[stage] ? null : left),
    giveBack: (cost) => meter.giveBackAside(cost),
  };
}

function isPriced({ price }: Llm): boolean {
  return price.inputUsdMicros > 0 || price.outputUsdMicros > 0;
}

/** In memory alone: nothing of it is charged. */
function fixedPriceMeter(limitMicros: number, spentUsdMicros: number): Meter {
  return new Meter({
    capMicros: limitMicros,
    callCostMicros: usdMicrosToMicros(spentUsdMicros),
    sourceCount: 0,
    record: async () => {},
  });
}
