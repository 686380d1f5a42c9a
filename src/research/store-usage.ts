import type { Connection } from '../db/client';

/** A user's research by the UTC day it was accepted on. */
export interface UsageDay {
  dayMs: number;
  jobs: number;
  chargedMicros: number;
  costUsdMicros: number;
}

export function usageStore({ prepare }: Connection) {
  const days = prepare<UsageDay>(`
    SELECT day_ms AS dayMs, jobs, charged_micros AS chargedMicros, cost_usd_micros AS costUsdMicros
    FROM research_day WHERE user_id = :userId AND day_ms BETWEEN :fromMs AND :toMs
    ORDER BY day_ms`);
  return {
    /** Days without research have no row. Oldest first. */
    days: (userId: string, fromMs: number, toMs: number) => days.all({ userId, fromMs, toMs }),
  };
}
