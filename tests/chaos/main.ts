import { parseArgs } from 'node:util';
import { cleanUp } from '../support/cleanup';
import { GUARDS, isCaught, serverWithout } from './mutants';
import { type ChaosReport, runChaos } from './run';

/**
 * Chaos by hand: `SEED=7 bun tests/chaos/main.ts --seconds 60`. With `--expect-violations` the server
 * runs once without each of its guards, from a copy of its source, and every such run must be caught;
 * with `--guard NAME` without this one alone. Exits with 1 when what is expected does not happen.
 */
const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    'expect-violations': { type: 'boolean', default: false },
    guard: { type: 'string' },
  },
});
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const seconds = Number(flags.seconds);

process.stdout.write(`SEED=${seed}\n`);
try {
  process.exitCode = (await (flags['expect-violations'] ? withoutGuards() : sound())) ? 0 : 1;
} finally {
  await cleanUp();
}

async function sound(): Promise<boolean> {
  const report = await runChaos({ seed, seconds, endsWithRestart: false });
  print(report);
  return Object.keys(report.violations).length === 0;
}

async function withoutGuards(): Promise<boolean> {
  let areCaught = true;
  for (const guard of flags.guard === undefined ? Object.keys(GUARDS) : [flags.guard]) {
    process.stdout.write(`without: ${guard}\n`);
    const server = await serverWithout(guard);
    const report = await runChaos({ seed, seconds, server, endsWithRestart: true });
    print(report);
    areCaught &&= isCaught(guard, report);
  }
  return areCaught;
}

function print({ log, ...report }: ChaosReport): void {
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  const broken = Object.keys(report.violations).length;
  if (broken > 0) process.stdout.write(`${log}\n`);
  process.stdout.write(`${broken} rules were broken (SEED=${report.seed})\n`);
}
