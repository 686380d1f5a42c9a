import { assert } from '../lib/assert';
import { Fault } from '../lib/fault';
import { formatCredits } from '../lib/money';
import type { CreditStore } from './store';
import type { Bucket, Grant } from './types';

export function isPositiveAmount(amountMicros: number): boolean {
  return Number.isSafeInteger(amountMicros) && amountMicros > 0;
}

/** Throws Fault `conflict` and `unprocessable`: see the ledger's `grant`. */
export async function recordGrant(store: CreditStore, grant: Grant, nowMs: number) {
  const { id, userId, bucket, amountMicros, note } = grant;
  assert(isPositiveAmount(amountMicros), 'a grant is a positive number of micro-credits');
  const content = { userId, ...inBucket(bucket, amountMicros), note };
  if (await store.grant(id, content, nowMs)) return { granted: true };
  const earlier = await store.findGrant(id);
  if (!earlier) {
    assert(await store.account(userId), `the accounts of ${userId} are open before a grant`);
    throw new Fault(
      'unprocessable',
      `the ledger counts up to ${formatCredits(Number.MAX_SAFE_INTEGER)} credits in all: grant less`,
      { field: 'amount' },
    );
  }
  if (Bun.deepEquals(earlier, content)) return { granted: false };
  throw new Fault('conflict', 'this id granted something else before: use a new id', {
    field: 'id',
  });
}

function inBucket(bucket: Bucket, amountMicros: number) {
  return {
    planMicros: bucket === 'plan' ? amountMicros : 0,
    purchasedMicros: bucket === 'purchased' ? amountMicros : 0,
  };
}
