import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, expect, test } from 'bun:test';
import fc from 'fast-check';
import { ManualClock } from '../../tests/support/clock';
import { openTestDatabase, type TestDatabase } from '../../tests/support/database';
import { silentLog } from '../../tests/support/log';
import { DAY_MS, monthOf } from '../lib/calendar';
import { Fault } from '../lib/fault';
import { type Credits, createCredits } from './service';
import type { Bucket, Earning } from './types';

interface ModelHold {
  userId: string;
  plan: number;
  purchased: number;
  state: 'held' | 'settled' | 'released';
}

/** The ledger as one would explain it: two piles a user, what each hold took from them, and what
 * each host was ever given. */
class Model {
  piles = new Map<string, { plan: number; purchased: number }>();
  holds = new Map<string, ModelHold>();
  grants = new Map<string, string>();
  /** Whose plan is in which month. */
  months = new Map<string, string>();
  hosts = new Map<string, { earnedMicros: number; settledJobs: number }>();

  pile(userId: string) {
    return this.piles.get(userId)!;
  }
  grant(id: string, userId: string, bucket: Bucket, amount: number) {
    const content = `${userId} ${bucket} ${amount}`;
    const earlier = this.grants.get(id);
    if (earlier) return earlier === content ? { granted: false } : 'conflict';
    this.grants.set(id, content);
    this.pile(userId)[bucket] += amount;
    return { granted: true };
  }
  hold(id: string, userId: string, amount: number) {
    const earlier = this.holds.get(id);
    if (earlier) {
      const same = earlier.userId === userId && earlier.plan + earlier.purchased === amount;
      return same ? undefined : 'conflict';
    }
    const pile = this.pile(userId);
    if (pile.plan + pile.purchased < amount) return 'insufficient_credits';
    const plan = Math.min(pile.plan, amount);
    this.holds.set(id, { userId, plan, purchased: amount - plan, state: 'held' });
    pile.plan -= plan;
    pile.purchased -= amount - plan;
    return undefined;
  }
  /** What is left of plan is gone, whoever it once came back from, and the month's credits are there. */
  turn(userId: string, month: string) {
    const before = this.months.get(userId);
    if (before === month) return;
    this.months.set(userId, month);
    if (before !== undefined) this.pile(userId).plan = 0;
    this.pile(userId).plan += MONTHLY;
  }
  settle(id: string, amount: number, earnings: Earning[]) {
    const outcome = this.end(id, 'settled', amount);
    if (outcome !== 'settled') return outcome;
    const paid = earnings.filter(({ amountMicros }) => amountMicros > 0);
    for (const { hostId, amountMicros } of paid) this.host(hostId).earnedMicros += amountMicros;
    for (const hostId of new Set(paid.map((one) => one.hostId))) this.host(hostId).settledJobs += 1;
    return outcome;
  }
  host(hostId: string) {
    const host = this.hosts.get(hostId) ?? { earnedMicros: 0, settledJobs: 0 };
    this.hosts.set(hostId, host);
    return host;
  }
  end(id: string, state: 'settled' | 'released', amount: number) {
    const hold = this.holds.get(id)!;
    if (hold.state !== 'held') return `already_${hold.state}`;
    hold.state = state;
    this.pile(hold.userId).plan += hold.plan - Math.min(hold.plan, amount);
    this.pile(hold.userId).purchased += hold.purchased - Math.max(0, amount - hold.plan);
    return state;
  }
}

/** Few enough that holds still meet an empty balance. */
const MONTHLY = 6;
const USERS = ['ann', 'bob'];
const user = fc.constantFrom(...USERS);
const id = fc.nat({ max: 7 }).map(String);
const HOSTS = ['h1', 'h2', 'h3'];
const host = fc.constantFrom(...HOSTS);
const amount = fc.integer({ min: 1, max: 12 });
const bucket = fc.constantFrom<Bucket>('plan', 'purchased');
const step = fc.oneof(
  fc.record({ does: fc.constant('grant' as const), id, user, bucket, amount }),
  fc.record({ does: fc.constant('hold' as const), id, user, amount }),
  fc.record({
    does: fc.constant('settle' as const),
    id,
    percent: fc.nat({ max: 100 }),
    hosts: fc.array(fc.record({ hostId: host, percent: fc.nat({ max: 100 }) }), { maxLength: 4 }),
  }),
  fc.record({ does: fc.constant('release' as const), id }),
  fc.record({
    does: fc.constant('turn' as const),
    user,
    /** Some turns come twice in a month. */
    days: fc.constantFrom(0, 20, 31),
  }),
);
type Drawn = typeof step extends fc.Arbitrary<infer T> ? T : never;
type Settle = { does: 'settle'; id: string; amount: number; earnings: Earning[] };
type Step = Exclude<Drawn, { does: 'settle' }> | Settle;
const steps = fc.array(
  fc.record({ step, fails: fc.integer({ min: 0, max: 9 }).map((n) => n === 0) }),
  {
    minLength: 10,
    maxLength: 40,
  },
);

/** Long enough for a failure to be shrunk and printed with its seed; a good run takes a second. */
const SHRINKING_MS = 60_000;

let file: TestDatabase;
let raw: Database;
let credits: Credits;
let clock: ManualClock;
let run = 0;

beforeAll(async () => {
  file = await openTestDatabase();
  raw = new Database(file.path, { readonly: true });
  clock = new ManualClock();
  const ports = { db: file.db, clock, log: silentLog };
  credits = createCredits({ ...ports, monthlyGrantMicros: MONTHLY });
});
afterAll(async () => {
  raw.close();
  await file.close();
});

/** Does the step in the file; the model answers what must come out. Each run has its own users and
 * ids, so that the runs share one file. */
async function perform(one: Step, name: (id: string) => string, fails: boolean): Promise<unknown> {
  if (one.does === 'turn') clock.advance(one.days * DAY_MS);
  const result = file.db.write(async (tx) => {
    const outcome = await (() => {
      switch (one.does) {
        case 'grant': {
          const userId = name(one.user);
          const { bucket, amount: amountMicros } = one;
          return credits.grant(tx, { id: name(one.id), userId, bucket, amountMicros, note: '' });
        }
        case 'hold':
          return credits.hold(tx, {
            id: name(one.id),
            userId: name(one.user),
            amountMicros: one.amount,
          });
        case 'settle':
          return credits.settle(tx, {
            id: name(one.id),
            amountMicros: one.amount,
            earnings: one.earnings.map((part) => ({ ...part, hostId: name(part.hostId) })),
          });
        case 'release':
          return credits.release(tx, { id: name(one.id) });
        case 'turn':
          return credits.openPeriod(tx, name(one.user));
      }
    })();
    if (fails) throw new Error('told to fail');
    return outcome;
  });
  return result.catch((reason: unknown) => (reason instanceof Fault ? reason.code : 'failed'));
}

function predict(model: Model, one: Step): unknown {
  switch (one.does) {
    case 'grant':
      return model.grant(one.id, one.user, one.bucket, one.amount);
    case 'hold':
      return model.hold(one.id, one.user, one.amount);
    case 'settle':
      return model.settle(one.id, one.amount, one.earnings);
    case 'release':
      return model.end(one.id, 'released', 0);
    case 'turn':
      return model.turn(one.user, monthOf(clock.nowMs()));
  }
}

async function expectSame(model: Model, name: (id: string) => string): Promise<void> {
  for (const userId of USERS) {
    const open = [...model.holds.values()].filter(
      (hold) => hold.userId === userId && hold.state === 'held',
    );
    const { plan, purchased } = model.pile(userId);
    expect(await credits.balance(name(userId))).toEqual({
      planMicros: plan,
      purchasedMicros: purchased,
      heldMicros: open.reduce((sum, hold) => sum + hold.plan + hold.purchased, 0),
      availableMicros: plan + purchased,
    });
  }
  expect(await credits.earnings(HOSTS.map(name))).toEqual(
    new Map(Array.from(model.hosts, ([hostId, figures]) => [name(hostId), figures])),
  );
  const { total } = raw
    .query<{ total: number }, []>('SELECT coalesce(sum(amount_micros), 0) AS total FROM entry')
    .get()!;
  expect(total).toBe(0);
  expect(await credits.check()).toEqual([]);
}

test(
  'after every step of any sequence the file agrees with the model, and sums to zero',
  async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const prefix = ++run;
        const named = (text: string) => `${prefix} ${text}`;
        const model = new Model();
        for (const userId of USERS) {
          model.piles.set(userId, { plan: 0, purchased: 0 });
          await file.db.write((tx) => credits.open(tx, named(userId)));
          // Both buckets start with something, so that many holds span the two.
          for (const bucket of ['plan', 'purchased'] as const) {
            const opening = { does: 'grant', id: `${userId} ${bucket}`, user: userId } as const;
            const granted: Step = { ...opening, bucket, amount: 8 };
            expect(await perform(granted, named, false)).toEqual(predict(model, granted));
          }
        }
        for (const { step: drawn, fails } of sequence) {
          const one = withinHold(model, drawn);
          if (!one) continue;
          const actual = await perform(one, named, fails);
          if (!fails) expect(actual).toEqual(predict(model, one));
          await expectSame(model, named);
        }
      }),
      { numRuns: 40 },
    );
  },
  SHRINKING_MS,
);

/** A settle draws its part of what the hold holds, and each host its part of what is left of that;
 * where nothing was held there is nothing to end. */
function withinHold(model: Model, drawn: Drawn): Step | undefined {
  if (drawn.does !== 'settle' && drawn.does !== 'release') return drawn;
  const hold = model.holds.get(drawn.id);
  if (!hold) return undefined;
  if (drawn.does === 'release') return drawn;
  const { does, id } = drawn;
  const amount = Math.round((drawn.percent / 100) * (hold.plan + hold.purchased));
  let left = amount;
  const earnings = drawn.hosts.map(({ hostId, percent }) => {
    const amountMicros = Math.round((percent / 100) * left);
    left -= amountMicros;
    return { hostId, amountMicros };
  });
  return { does, id, amount, earnings };
}
