import type { Db } from '../db/database';
import { DAY_MS, dayStartMs } from '../lib/calendar';
import { Fault } from '../lib/fault';
import { type UsageDay, usageStore } from './store-usage';

export type { UsageDay };

/** A leap year: what one answer may cover. */
const MAX_DAYS = 366;

export interface Usage {
  /**
   * One entry for every UTC day that the range touches, both ends included, oldest first; days
   * without research are there with zeros. A job counts on the day it was accepted. Throws Fault
   * `invalid_request` for a range that runs backwards or over more than 366 days.
   */
  usageByDay(userId: string, range: { fromMs: number; toMs: number }): Promise<UsageDay[]>;
}

export function createUsage(db: Db): Usage {
  const store = db.bind(usageStore);
  return {
    async usageByDay(userId, { fromMs, toMs }) {
      const firstMs = dayStartMs(fromMs);
      const count = (dayStartMs(toMs) - firstMs) / DAY_MS + 1;
      if (toMs < fromMs) throw invalid('to must not be before from');
      if (count > MAX_DAYS) {
        throw invalid(`from and to may span ${MAX_DAYS} days, these span ${count}: ask for less`);
      }
      const found = await store.read.days(userId, firstMs, toMs);
      const byDay = new Map(found.map((day) => [day.dayMs, day]));
      return Array.from({ length: count }, (_, index) => {
        const dayMs = firstMs + index * DAY_MS;
        return byDay.get(dayMs) ?? { dayMs, jobs: 0, chargedMicros: 0, costUsdMicros: 0 };
      });
    },
  };
}

function invalid(message: string): Fault {
  return new Fault('invalid_request', message, { field: 'from' });
}
