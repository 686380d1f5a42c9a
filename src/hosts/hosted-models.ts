import type { HostedModel, HostModel } from './types';

/** What a host did not have in a week, and a host that nobody heard of for a week, is gone for good. */
export const GONE_AFTER_MS = 7 * 86_400_000;

/** What one host can offer; what has been missing longest is forgotten first. */
export const MAX_HOSTED_MODELS = 256;

/** Of a host that registers: it is taken to have what it offers. */
export function hostedFrom(models: readonly HostModel[]): HostedModel[] {
  return models.map(({ name, maxTokens }) => ({ name, maxTokens, absentSinceMs: null }));
}

/**
 * What a host offers after it named what it has now. What it named before stays offered though it is
 * missing: a backend that restarts has nothing for a moment, and whoever asks in that moment must
 * not be told that there is no such model, nor be held to the prices of the other hosts.
 */
export function heardOf(
  known: readonly HostedModel[],
  named: readonly HostModel[],
  nowMs: number,
): HostedModel[] {
  const names = new Set(named.map(({ name }) => name));
  const absent = known
    .filter(({ name }) => !names.has(name))
    .map((model) => ({ ...model, absentSinceMs: model.absentSinceMs ?? nowMs }))
    .filter(({ absentSinceMs }) => nowMs - absentSinceMs <= GONE_AFTER_MS)
    .sort((a, b) => b.absentSinceMs - a.absentSinceMs);
  return [...hostedFrom(named), ...absent].slice(0, MAX_HOSTED_MODELS);
}

export function isPresent({ absentSinceMs }: HostedModel): boolean {
  return absentSinceMs === null;
}
