import { mean } from './report';

/** Something that was said to be right with a probability. */
export interface Forecast {
  confidence: number;
  right: boolean;
}

interface Bin {
  from: number;
  count: number;
  /** The mean of what was said. */
  said: number;
  /** The share that is right. */
  right: number;
}

export const BINS = 10;

/** Ten of equal width; those that hold nothing are left out. */
export function binsOf(forecasts: readonly Forecast[]): Bin[] {
  return Array.from({ length: BINS }, (_, at) => {
    const held = forecasts.filter(
      ({ confidence }) => Math.min(BINS - 1, Math.floor(confidence * BINS)) === at,
    );
    return {
      from: at / BINS,
      count: held.length,
      said: mean(held.map(({ confidence }) => confidence)),
      right: mean(held.map(({ right }) => Number(right))),
    };
  }).filter(({ count }) => count > 0);
}

/** How far what is said lies from what is right, over all bins (Naeini, Cooper, Hauskrecht 2015). */
export function calibrationError(forecasts: readonly Forecast[]): number {
  const gaps = binsOf(forecasts).map(({ said, right, count }) => count * Math.abs(said - right));
  return gaps.reduce((sum, gap) => sum + gap, 0) / Math.max(1, forecasts.length);
}

const BAR_WIDTH = 40;

/** For each bin a bar for what is right, and a mark where it should end. */
export function drawn(forecasts: readonly Forecast[]): string[] {
  return binsOf(forecasts).map(({ said, right, count }) => {
    const bar = '█'.repeat(Math.round(right * BAR_WIDTH)).padEnd(BAR_WIDTH + 1);
    const at = Math.round(said * BAR_WIDTH);
    const marked = `${bar.slice(0, at)}|${bar.slice(at + 1)}`;
    return `${said.toFixed(2)}  ${marked} ${right.toFixed(2)}  ${count}`;
  });
}
