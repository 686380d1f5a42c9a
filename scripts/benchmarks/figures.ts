/** One line of the table: what was measured, and the bound it is held against. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  bound: number;
  /** Whether more is better. */
  wants: 'at least' | 'at most';
}

export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(values: number[]): number {
  return percentile(values, 0.5);
}

export function printTable(figures: Figure[]): boolean {
  let isMet = true;
  console.log(`\n| figure | measured | bound | |\n| --- | ---: | ---: | --- |`);
  for (const { name, value, unit, bound, wants } of figures) {
    const holds = wants === 'at least' ? value >= bound : value <= bound;
    isMet &&= holds;
    const shown = value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1);
    console.log(
      `| ${name} | ${shown} ${unit} | ${wants} ${bound.toLocaleString('en')} | ${holds ? '' : 'MISSED'} |`,
    );
  }
  return isMet;
}
