import { afterAll, expect, test } from 'bun:test';
import { cleanUp } from '../support/cleanup';
import { GUARDS, isCaught, serverWithout } from './mutants';
import { runChaos } from './run';

afterAll(cleanUp);

const PATIENCE_MS = 240_000;

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const isLong = process.env.SONDE_LONG !== undefined;
const SHORT = { seconds: 7, endsWithRestart: true };
const LONG = { seconds: 60, endsWithRestart: false };
/** Enough for each guard to be missed. */
const MUTANT = { seconds: 12, endsWithRestart: true };

test(
  `nothing is lost, told twice or billed wrongly in any chaos (SEED=${seed})`,
  async () => {
    process.stderr.write(`chaos: SEED=${seed}\n`);
    const report = await runChaos({ seed, ...(isLong ? LONG : SHORT) });
    expect(report.violations).toEqual({});
    // A run in which nothing happened proves nothing.
    expect(report.jobs).toBeGreaterThan(50);
    expect(report.calls).toBeGreaterThan(10);
    expect(report.counts['server is killed']).toBeGreaterThan(0);
  },
  PATIENCE_MS,
);

test.each(Object.keys(GUARDS))('the guard "%s" is where it was', async (guard) => {
  expect(await serverWithout(guard)).not.toBeEmpty();
});

test.if(isLong).each(Object.keys(GUARDS))(
  `without the guard "%s" the server is caught (SEED=${seed})`,
  async (guard) => {
    const server = await serverWithout(guard);
    const report = await runChaos({ seed, server, ...MUTANT });
    expect({ violations: report.violations, isCaught: isCaught(guard, report) }).toMatchObject({
      isCaught: true,
    });
  },
  PATIENCE_MS,
);
