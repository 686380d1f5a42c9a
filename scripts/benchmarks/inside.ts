import { join } from 'node:path';
import { migrations } from '../../migrations/index';
import { createCredits } from '../../src/credits/service';
import { type Db, openDatabase } from '../../src/db/database';
import { migrate } from '../../src/db/migrate';
import { createQueue } from '../../src/jobs/queue';
import { createRunner } from '../../src/jobs/runner';
import { createSqliteEngine } from '../../src/jobs/sqlite/engine';
import { systemClock } from '../../src/lib/clock';
import { systemChance } from '../../src/lib/ids';
import { creditsToMicros } from '../../src/lib/money';
import { silentLog } from '../../tests/support/log';
import { freshFolder } from './binary';
import { type Figure, median } from './figures';

const IN_FLIGHT = 64;
const PAIRS = 60_000;
const NO_OP_JOBS = 6_000;
const USERS = 8;

/** The ledger and the queue without HTTP before them, on a real file. */
export async function insideFigures(): Promise<Figure[]> {
  const folder = freshFolder();
  const path = join(folder.path, 'bench.db');
  migrate(path, migrations);
  const db = openDatabase(path);
  try {
    const perSecond = await holdsAndSettles(db);
    const startedMs = await noOpStarts(db);
    return [
      {
        name: 'holds and settles, 64 in flight',
        value: perSecond,
        unit: '/s',
        bound: 40_000,
        wants: 'at least',
      },
      {
        name: 'no-op job accepted to started, p50',
        value: startedMs,
        unit: 'ms',
        bound: 3,
        wants: 'at most',
      },
    ];
  } finally {
    await db.close();
    folder.remove();
  }
}

/** Runs `work` until `count` are done, always `IN_FLIGHT` of them at once. */
async function inFlight(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (next < count) await work(next++);
    }),
  );
}

async function holdsAndSettles(db: Db): Promise<number> {
  const credits = createCredits({ db, clock: systemClock, log: silentLog });
  const users = Array.from({ length: USERS }, (_, index) => `bench-user-${index}`);
  for (const userId of users) {
    await db.write(async (tx) => {
      await credits.open(tx, userId);
      const amountMicros = creditsToMicros(1_000_000);
      await credits.grant(tx, { id: userId, userId, bucket: 'purchased', amountMicros, note: '' });
    });
  }
  const amountMicros = creditsToMicros(1);
  const startMs = performance.now();
  await inFlight(PAIRS, async (index) => {
    const id = systemChance.id();
    const userId = users[index % USERS] ?? '';
    await db.write((tx) => credits.hold(tx, { id, userId, amountMicros }));
    await db.write((tx) => credits.settle(tx, { id, amountMicros }));
  });
  const seconds = (performance.now() - startMs) / 1_000;
  return (PAIRS * 2) / seconds;
}

async function noOpStarts(db: Db): Promise<number> {
  const engine = createSqliteEngine(db);
  const parts = { engine, clock: systemClock, log: silentLog };
  const queue = createQueue(parts);
  const acceptedMs = new Map<string, number>();
  const waitsMs: number[] = [];
  const started = new Map<string, () => void>();
  const runner = createRunner({
    ...parts,
    queue,
    chance: systemChance,
    leaseMs: 15_000,
    graceMs: 1_000,
    handlers: [
      {
        kind: 'no-op',
        concurrency: IN_FLIGHT,
        async perform({ job }) {
          waitsMs.push(performance.now() - (acceptedMs.get(job.id) ?? Number.NaN));
          started.get(job.id)?.();
          return { outcome: 'done' };
        },
        async ended() {},
      },
    ],
  });
  runner.start();
  await inFlight(NO_OP_JOBS, async (index) => {
    const id = systemChance.id();
    const isStarted = new Promise<void>((resolve) => started.set(id, resolve));
    await db.write(async (tx) => {
      await queue.enqueue(tx, {
        id,
        kind: 'no-op',
        userId: `bench-user-${index % USERS}`,
        cost: 1,
      });
      tx.afterCommit(() => acceptedMs.set(id, performance.now()));
    });
    await isStarted;
  });
  await runner.stop();
  return median(waitsMs);
}
