import type { HostState, HostView } from '../../../src/hosts/types';

export const HOST_STATE_WORDS: Record<HostState, string> = {
  pending: 'waits to be let in',
  active: 'in force',
  draining: 'draining',
  disabled: 'shut out',
};

/** What an admin can do to a host, by the noun of its address. */
export type HostAct = 'approval' | 'drain' | 'resumption' | 'disablement';

export const ACT_WORDS: Record<HostAct, string> = {
  approval: 'Approve',
  drain: 'Drain',
  resumption: 'Resume',
  disablement: 'Disable',
};

/** Of a host in this state. */
export const ACTS: Record<HostState, readonly HostAct[]> = {
  pending: ['approval', 'disablement'],
  active: ['drain', 'disablement'],
  draining: ['resumption', 'disablement'],
  disabled: ['resumption'],
};

/** `tiny, large (not loaded)`. */
export function hostModelsText({ models }: HostView): string {
  return models
    .map(({ name, absentSinceMs }) => (absentSinceMs === null ? name : `${name} (${NOT_LOADED})`))
    .join(', ');
}

/** Of a model that the host offers and does not have now. */
export const NOT_LOADED = 'not loaded';

const MS_PER_SECOND = 1_000;

/** `in force, away`, `in force, cooling down for 12 s`. */
export function hostStateText(host: HostView, nowMs: number): string {
  const { state, isAlive, coolingUntilMs, heartbeatMs } = host;
  const parts = [HOST_STATE_WORDS[state]];
  if (state !== 'disabled') {
    if (!isAlive) parts.push(heartbeatMs === null ? 'never heard of yet' : 'away');
    else if (state !== 'pending') parts.push('alive');
  }
  if (coolingUntilMs !== null) {
    parts.push(`cooling down for ${Math.ceil((coolingUntilMs - nowMs) / MS_PER_SECOND)} s`);
  }
  return parts.join(', ');
}
