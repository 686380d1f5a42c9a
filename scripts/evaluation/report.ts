import type { Row } from './types';

/** The result on standard output: a table in Markdown, or one JSON object. */
export function printRows(measure: string, rows: Row[], seconds: number, asJson: boolean): void {
  if (asJson) {
    console.log(JSON.stringify({ measure, seconds: Number(seconds.toFixed(1)), rows }));
    return;
  }
  console.log(`| ${measure} | |\n| --- | ---: |`);
  for (const { name, value, unit } of rows) console.log(`| ${name} | ${shown(value, unit)} |`);
  console.log(`| measured in | ${seconds.toFixed(1)} s |`);
}

function shown(value: number, unit: Row['unit']): string {
  if (unit === 'share') return value.toFixed(3);
  const digits = unit === 'count' ? 0 : 1;
  return `${value.toFixed(digits)}${unit === 'count' ? '' : ` ${unit}`}`;
}

export function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
