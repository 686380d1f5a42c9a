import { assert } from '../lib/assert';
import { isPositiveAmount } from './grant';
import type { Earning, HostEarnings } from './types';

/** What each host is paid: one part for a host that served twice, none for one that gets nothing. */
export function partsOf(earnings: readonly Earning[], paidMicros: number): Earning[] {
  if (earnings.length === 0) return [];
  const microsByHost = new Map<string, number>();
  let totalMicros = 0;
  for (const { hostId, amountMicros } of earnings) {
    if (amountMicros === 0) continue;
    assert(isPositiveAmount(amountMicros), 'a host earns a whole number of micro-credits');
    totalMicros += amountMicros;
    microsByHost.set(hostId, (microsByHost.get(hostId) ?? 0) + amountMicros);
  }
  assert(totalMicros <= paidMicros, 'hosts earn at most what the user pays');
  return Array.from(microsByHost, ([hostId, amountMicros]) => ({ hostId, amountMicros }));
}

export function earningsByHost(
  rows: readonly (HostEarnings & { hostId: string })[],
): Map<string, HostEarnings> {
  return new Map(
    rows.map(({ hostId, earnedMicros, settledJobs }) => [hostId, { earnedMicros, settledJobs }]),
  );
}
