import { Fault } from '../lib/fault';
import { creditsToMicros } from '../lib/money';
import { checkedAllowlist } from './allowlist';
import type { KeyLimits, NewKey } from './types';

const NAME_MAX_LENGTH = 100;
const SPEND_CAP_MAX_CREDITS = 1_000_000_000;

/** Throws Fault `invalid_request`. */
export function checkedName(raw: string): string {
  const name = raw.trim();
  if (name === '' || name.length > NAME_MAX_LENGTH) {
    throw invalid('name', `name must have 1 to ${NAME_MAX_LENGTH} characters`);
  }
  return name;
}

/** Throws Fault `invalid_request`. */
export function checkedLimits(input: NewKey, nowMs: number): KeyLimits {
  const { expiresMs = null, spendCapCredits = null, ipAllowlist = null } = input;
  if (expiresMs !== null && !(Number.isSafeInteger(expiresMs) && expiresMs > nowMs)) {
    throw invalid('expires_at', 'expires_at must be a time to come');
  }
  const isCap = (credits: number) =>
    Number.isInteger(credits) && credits >= 1 && credits <= SPEND_CAP_MAX_CREDITS;
  if (spendCapCredits !== null && !isCap(spendCapCredits)) {
    throw invalid(
      'spend_cap_credits',
      `spend_cap_credits must be a whole number from 1 to ${SPEND_CAP_MAX_CREDITS}`,
    );
  }
  return {
    expiresMs,
    spendCapMicros: spendCapCredits === null ? null : creditsToMicros(spendCapCredits),
    ipAllowlist: ipAllowlist === null ? null : checkedAllowlist(ipAllowlist),
  };
}

function invalid(field: string, message: string): Fault {
  return new Fault('invalid_request', message, { field });
}
