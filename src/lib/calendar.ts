/** The calendar by which days are counted and plans renewed: UTC, for everybody. */
export const DAY_MS = 86_400_000;

export function dayStartMs(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS;
}

/** `2026-01`: months of the same calendar compare as their texts do. */
export function monthOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 7);
}
