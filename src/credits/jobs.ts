import type { JobHandler } from '../jobs/types';
import type { Log } from '../lib/log';
import type { Credits } from './service';

/** The kind of job that takes everybody's plan credits into the month that has begun. */
export const PLAN_PERIOD = 'credits.plan-period';

export function createPlanPeriodHandler(deps: { credits: Credits; log: Log }): JobHandler {
  return {
    kind: PLAN_PERIOD,
    concurrency: 1,
    async perform({ signal }) {
      const { turned } = await deps.credits.turnPeriods(signal);
      if (turned > 0) deps.log.info('credits.plan_periods_turned', { users: turned });
      return { outcome: 'done' };
    },
    async ended() {
      // Nothing is held for it, and the next hour's run takes up what is left.
    },
  };
}
