import { cpus, loadavg, totalmem } from 'node:os';
import { accountFigures } from './accounts';
import { type Figure, printTable } from './figures';
import { httpFigures } from './http';
import { insideFigures } from './inside';
import { libraryFigures, researchFigures } from './library';
import { llmFigures } from './llm';
import { poolFigures } from './pool';

const groups: Record<string, () => Promise<Figure[]>> = {
  accounts: accountFigures,
  http: httpFigures,
  inside: insideFigures,
  library: libraryFigures,
  llm: llmFigures,
  pool: poolFigures,
  research: researchFigures,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in groups));
if (unknown.length > 0) {
  console.error(
    `error: no such group: ${unknown.join(', ')}; there are ${Object.keys(groups).join(', ')}`,
  );
  process.exit(2);
}

const cores = cpus();
console.log(
  `${cores.length} cores (${cores[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Bun ${Bun.version}, load ${loadavg()[0]?.toFixed(1)} before; server and load share the machine`,
);
const figures: Figure[] = [];
for (const [name, measure] of Object.entries(groups)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.error(`Measuring ${name}`);
  figures.push(...(await measure()));
}
process.exit(printTable(figures) ? 0 : 1);
