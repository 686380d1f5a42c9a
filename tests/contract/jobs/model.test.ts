import { expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Ending, Job } from '../../../src/jobs/types';
import { engines, idOf, openWorld, type World } from './world';

type Command =
  | {
      do: 'enqueue';
      user: string;
      cost: number;
      priority: number;
      delayMs: number;
      deadlineMs: number | null;
      maxAttempts: number;
    }
  | { do: 'claim'; limit: number }
  | { do: 'finish'; state: Ending['state']; nth: number }
  | { do: 'giveBack'; nth: number; delayMs: number; keepsPlace: boolean }
  | { do: 'renew'; nth: number }
  | { do: 'cancel'; nth: number }
  | { do: 'pass'; ms: number };

const nth = fc.nat(12);
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('enqueue' as const),
      user: fc.constantFrom('ann', 'bob', 'eve'),
      cost: fc.integer({ min: 1, max: 9 }),
      priority: fc.nat(1),
      delayMs: fc.constantFrom(0, 0, 50, 500),
      deadlineMs: fc.constantFrom(null, null, 40, 400),
      maxAttempts: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('claim' as const),
      limit: fc.integer({ min: 1, max: 3 }),
    }),
  },
  fc.record({
    do: fc.constant('finish' as const),
    state: fc.constantFrom('done' as const, 'failed' as const, 'canceled' as const),
    nth,
  }),
  fc.record({
    do: fc.constant('giveBack' as const),
    nth,
    delayMs: fc.constantFrom(0, 60),
    keepsPlace: fc.boolean(),
  }),
  fc.record({ do: fc.constant('renew' as const), nth }),
  fc.record({ do: fc.constant('cancel' as const), nth }),
  fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(10, 60, 200) }),
);

const LEASE_MS = 100;

/** Does the same to a world of either engine; claims are kept, so that stale ones are used too. */
class Actor {
  world: World;
  claims: Job[] = [];
  ends = new Map<string, number>();
  #count = 0;

  constructor(world: World) {
    this.world = world;
  }

  async act(command: Command): Promise<unknown> {
    const { queue, engine } = this.world.here;
    const nowMs = this.world.clock.nowMs();
    if (command.do === 'enqueue') {
      this.#count += 1;
      const { user: userId, cost, priority, maxAttempts, delayMs, deadlineMs } = command;
      const due = { dueMs: nowMs + delayMs, deadlineMs: deadlineMs && nowMs + deadlineMs };
      const newJob = { id: idOf(this.#count), kind: 'work', userId, cost, priority, maxAttempts };
      return engine.write((tx) => queue.enqueue(tx, { ...newJob, ...due }));
    }
    if (command.do === 'claim') {
      const claimed = await queue.claim('work', command.limit, LEASE_MS);
      this.claims.push(...claimed);
      return claimed;
    }
    if (command.do === 'pass') {
      this.world.clock.advance(command.ms);
      return queue.reap(new Set());
    }
    if (command.do === 'cancel') {
      return this.#count && queue.requestCancel(idOf((command.nth % this.#count) + 1));
    }
    const claim = this.claims[command.nth % Math.max(1, this.claims.length)];
    if (!claim) return undefined;
    if (command.do === 'renew') return queue.renew(claim, LEASE_MS);
    if (command.do === 'finish') {
      const commit = async () => this.ended(claim);
      const ending: Ending = { state: command.state, error: null, by: 'handler', commit };
      return queue.finish(claim, ending).catch((thrown: Error) => thrown.name);
    }
    const again = { attempts: claim.attempts, error: null, keepsPlace: command.keepsPlace };
    const giveBack = queue.giveBack(claim, { ...again, dueMs: nowMs + command.delayMs });
    return giveBack.catch((thrown: Error) => thrown.name);
  }

  ended(job: Job): void {
    this.ends.set(job.id, (this.ends.get(job.id) ?? 0) + 1);
  }

  async jobs(): Promise<Job[]> {
    return this.world.here.queue.list({ limit: 1_000, offset: 0 });
  }
}

test('any interleaving leaves both engines with the same jobs, and each job ends once', async () => {
  const property = fc.asyncProperty(
    fc.array(command, { maxLength: 60, size: 'max' }),
    async (commands) => {
      const actors = await Promise.all(
        Object.values(engines).map(async (open) => {
          let actor: Actor | undefined;
          const ended = async (_: unknown, job: Job) => actor!.ended(job);
          actor = new Actor(await openWorld(open, undefined, { ended }));
          return actor;
        }),
      );
      const [first, second] = actors as [Actor, Actor];
      try {
        for (const command of commands) {
          expect(await first.act(command)).toEqual(await second.act(command));
          expect(await first.jobs()).toEqual(await second.jobs());
        }
        for (const actor of actors) {
          const over = (await actor.jobs()).filter((job) => job.endedMs !== null);
          expect([...actor.ends].sort()).toEqual(
            over.map((job) => [job.id, 1] as [string, number]).sort(),
          );
        }
      } finally {
        for (const actor of actors) await actor.world.close();
      }
    },
  );
  await fc.assert(property, { numRuns: 25 });
}, 20_000);
