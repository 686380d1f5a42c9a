import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, expect, test } from 'bun:test';
import fc from 'fast-check';
import {
  joinHost,
  openPoolWorld,
  type PoolWorld,
  runRequest,
  take,
} from '../../tests/support/pool';
import { Fault } from '../lib/fault';
import { LEASE_MS } from './jobs';
import { earningsOf, priceOfUsd } from './price';
import type { Assignment, Hosts, InferenceView, Piece } from './types';

/** What every host says to every prompt: its tokens are letters. */
const SPEECH = 'abcdefghij';
const LIE = '?';
const PRICES = [0.0001, 0.0003, 0.0002];
const USERS = ['ann', 'bob'] as const;
const GRANTED = 1_000_000_000;
const OPERATOR_PERCENT = 10;

const host = fc.nat({ max: PRICES.length - 1 });
/** One of those that were handed over last, the newest first. */
const lease = fc.nat({ max: 4 });
const send = fc.record({
  does: fc.constant('send' as const),
  lease,
  /** Where the pieces begin, seen from the first that is new. Beyond it is a gap. */
  from: fc.constantFrom(0, 0, 0, -1, -3, 1),
  count: fc.integer({ min: 1, max: 5 }),
  isReversed: fc.boolean(),
  /** Another fence than that of the lease. */
  wrongBy: fc.constantFrom(0, 0, 0, -1, 1),
});
const complete = fc.record({
  does: fc.constant('complete' as const),
  lease,
  sendsRest: fc.boolean(),
  usage: fc.constantFrom('as made', 'none', 'too much'),
  wrongBy: fc.constantFrom(0, 0, 0, 1),
});
const fail = fc.record({ does: fc.constant('fail' as const), lease, retryable: fc.boolean() });
const cancel = fc.record({ does: fc.constant('cancel' as const), job: fc.nat({ max: 3 }) });
const word = fc.oneof(send, complete, fail, cancel);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant('submit' as const),
      user: fc.constantFrom(...USERS),
      maxTokens: fc.integer({ min: 1, max: SPEECH.length }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant('take' as const),
      host,
      max: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 8, arbitrary: send },
  { weight: 2, arbitrary: complete },
  fail,
  cancel,
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('at once' as const),
      words: fc.array(word, { minLength: 2, maxLength: 4 }),
    }),
  },
  fc.record({
    does: fc.constant('advance' as const),
    ms: fc.constantFrom(300, 3_500, 8_000, LEASE_MS + 1),
  }),
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('restart' as const),
      /** Away for longer than any lease, and the queue looks after its jobs before the pool does. */
      isLate: fc.boolean(),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type Word = typeof word extends fc.Arbitrary<infer T> ? T : never;
const steps = fc.array(step, { minLength: 10, maxLength: 45 });

/** Long enough for a failure to be shrunk and printed with its seed; a good run takes seconds. */
const SHRINKING_MS = 60_000;

let world: PoolWorld;
let raw: Database;
let run = 0;
/** The server since it was started again. */
let restarted: Awaited<ReturnType<PoolWorld['restart']>> | null = null;
const serving = () => restarted ?? world;
const hosts = (): Hosts => serving().hosts;

beforeAll(async () => {
  world = await openPoolWorld();
  raw = new Database(world.file.path, { readonly: true });
});
afterAll(async () => {
  raw.close();
  await restarted?.close();
  await world.close();
});

/** A job as one would keep it on paper. */
interface ModelJob {
  id: string;
  user: string;
  maxTokens: number;
  /** Whose each accepted piece is. */
  senders: string[];
  /** Canceled while no host had it: what it has got costs nothing. */
  gift: 'no' | 'yes' | 'perhaps';
}

/** What a host was handed, and has to itself for good. */
interface Held {
  hostId: string;
  assignment: Assignment;
}

/** One sequence of steps, on a model, users and hosts that no other run has. */
class Run {
  readonly number = ++run;
  readonly model = `model ${this.number}`;
  readonly ids: string[] = [];
  readonly prices = new Map<string, number>();
  readonly jobs: ModelJob[] = [];
  readonly held: Held[] = [];

  user(name: string): string {
    return `${name} ${this.number}`;
  }

  async open(): Promise<void> {
    for (const name of USERS) {
      const userId = this.user(name);
      const granted = { id: userId, userId, bucket: 'purchased', note: '' } as const;
      await world.file.db.write(async (tx) => {
        await world.credits.open(tx, userId);
        await world.credits.grant(tx, { ...granted, amountMicros: GRANTED });
      });
    }
    for (const price of PRICES) this.ids.push(await this.join(price));
  }

  async join(usdPerToken: number, slots = 2): Promise<string> {
    const models = [{ name: this.model, maxTokens: 100 }];
    const { id } = await joinHost(hosts(), { models, pricePerToken: usdPerToken, slots });
    this.prices.set(id, priceOfUsd(usdPerToken) / 1_000);
    return id;
  }

  /** What is accepted meanwhile is that of the host that had the job: no other gets it in between. */
  async perform(one: Step): Promise<void> {
    const before = this.jobs.map((job) => ({ job, row: rowOf(job.id) }));
    await this.#perform(one);
    for (const { job, row } of before) {
      const grown = piecesIn(job.id).length - job.senders.length;
      if (grown > 0) expect(row.state).toBe('running');
      for (let piece = 0; piece < grown; piece++) job.senders.push(row.hostId!);
    }
  }

  async #perform(one: Step): Promise<void> {
    switch (one.does) {
      case 'submit': {
        const request = { ...runRequest, model: this.model, maxTokens: one.maxTokens };
        const asker = { userId: this.user(one.user), key: null };
        const { view } = await hosts().inference.submit(asker, request, null);
        const { user, maxTokens } = one;
        this.jobs.push({ id: view.id, user, maxTokens, senders: [], gift: 'no' });
        return;
      }
      case 'take':
        await this.take(this.ids[one.host]!, one.max);
        return;
      case 'advance':
        world.clock.advance(one.ms);
        await settled();
        return;
      case 'at once':
        await Promise.all(one.words.map((word) => this.say(word, true)));
        return;
      case 'restart':
        await serving().hosts.stop();
        if (one.isLate) {
          world.clock.advance(LEASE_MS + 1);
          await serving().queue.reap(new Set());
        }
        await restarted?.close();
        restarted = await world.restart();
        return;
      default:
        await this.say(one, false);
    }
  }

  async say(word: Word, isOneOfMany: boolean): Promise<void> {
    if (word.does === 'cancel') {
      const job = this.jobs.at(-1 - word.job);
      if (job) await this.cancel(job, isOneOfMany);
      return;
    }
    const held = this.held.at(-1 - word.lease);
    if (held) await this.speak(held, word, isOneOfMany);
  }

  async take(hostId: string, max: number): Promise<Assignment[]> {
    const assignments = await take(hosts().registry.port(hostId), max);
    for (const assignment of assignments) {
      const { jobId, acceptedText, nextSeq, fence } = assignment;
      const job = this.jobs.find(({ id }) => id === jobId)!;
      expect(acceptedText).toBe(SPEECH.slice(0, job.senders.length));
      expect(nextSeq).toBe(job.senders.length + 1);
      expect(assignment.maxTokens).toBe(job.maxTokens - job.senders.length);
      expect(rowOf(jobId)).toMatchObject({ hostId, fence, state: 'running' });
      this.held.push({ hostId, assignment });
    }
    return assignments;
  }

  async speak(held: Held, word: Exclude<Word, { does: 'cancel' }>, isOneOfMany: boolean) {
    const { jobId, nextSeq } = held.assignment;
    const port = hosts().registry.port(held.hostId);
    const job = this.jobs.find(({ id }) => id === jobId)!;
    const before = job.senders.length;
    const wrongBy = word.does === 'fail' ? 0 : word.wrongBy;
    const lease = { jobId, fence: Math.max(0, held.assignment.fence + wrongBy) };
    const row = rowOf(jobId);
    const isHeld =
      row.state === 'running' && row.hostId === held.hostId && row.fence === lease.fence;
    const pieces = (from: number, count: number) => piecesFrom(before, from, count, isHeld);
    await orFault(async () => {
      if (word.does === 'send') {
        const sent = pieces(before + 1 + word.from, word.count);
        const ack = await port.sendPieces(lease, word.isReversed ? sent.reverse() : sent);
        if (!ack.cancel && !isOneOfMany) expect(ack.ackSeq).toBe(piecesIn(jobId).length);
      } else if (word.does === 'complete') {
        const rest = word.sendsRest ? pieces(1, job.maxTokens) : [];
        // Since it was handed the job; among many nobody knows how many that are.
        const made = Math.max(before, rest.length) - (nextSeq - 1);
        const isExact = word.usage === 'as made' && !isOneOfMany;
        const usage = { promptTokens: 0, completionTokens: isExact ? made : 1_000_000 };
        const end = { ...lease, finishReason: 'stop' as const, pieces: rest };
        await port.complete(word.usage === 'none' ? end : { ...end, usage });
      } else {
        await port.fail({ ...lease, error: 'out of memory', retryable: word.retryable });
      }
    });
  }

  async cancel(job: ModelJob, isOneOfMany: boolean): Promise<void> {
    const { state } = rowOf(job.id);
    await hosts().inference.cancel(job.id);
    if (state === 'queued') job.gift = 'yes';
    else if (state === 'running' && isOneOfMany) job.gift = 'perhaps';
  }

  /** Whatever was done: nothing that was accepted changes, and memory is as the file is. */
  async expectSound(): Promise<void> {
    await settled();
    for (const job of this.jobs) {
      const pieces = piecesIn(job.id);
      const spoken = SPEECH.slice(0, job.senders.length);
      expect(pieces.join('')).toBe(spoken);
      expect(pieces.length).toBeLessThanOrEqual(job.maxTokens);
      expect(await hosts().inference.text(job.id)).toBe(spoken);
    }
    for (const id of this.ids) {
      const { runningJobs, slots } = hosts().registry.get(id)!;
      expect(runningJobs).toBe(runningAt(id));
      expect(runningJobs).toBeLessThanOrEqual(slots);
    }
  }

  /** With a host that does what it should, everything ends. */
  async finish(): Promise<void> {
    const good = await this.join(Math.min(...PRICES), 200);
    this.ids.push(good);
    for (let round = 0; round < 30 && (await this.live()).length > 0; round++) {
      const taken = await this.take(good, 200);
      for (let index = 0; index < taken.length; index++) {
        const end = { does: 'complete', sendsRest: true, usage: 'as made', wrongBy: 0 } as const;
        await this.perform({ ...end, lease: index });
      }
      world.clock.advance(LEASE_MS / 2);
      await settled();
    }
    expect(await this.live()).toEqual([]);
  }

  async live(): Promise<InferenceView[]> {
    const views = await Promise.all(this.jobs.map(({ id }) => hosts().inference.view(id)));
    return views.filter((view) => ['queued', 'running'].includes(view!.state)) as InferenceView[];
  }

  /** Each is paid for what it sent, once, by whoever got the whole; nobody pays for a failure. */
  async expectPaid(): Promise<void> {
    const spent = new Map<string, number>();
    const earned = new Map<string, number>();
    for (const { id, user, senders, gift } of this.jobs) {
      const view = (await hosts().inference.view(id))!;
      const isGift = gift === 'yes' || (gift === 'perhaps' && view.chargedMicros === 0);
      const paid = view.state === 'failed' || isGift ? [] : senders;
      const parts = paid.map((hostId) => ({ hostId, micros: this.prices.get(hostId)! }));
      const chargedMicros = parts.reduce((sum, { micros }) => sum + micros, 0);
      expect({ id, charged: view.chargedMicros }).toEqual({ id, charged: chargedMicros });
      expect(endsOf(id)).toBe(1);
      spent.set(user, (spent.get(user) ?? 0) + chargedMicros);
      for (const { hostId, micros } of parts) {
        earned.set(hostId, (earned.get(hostId) ?? 0) + earningsOf(micros, OPERATOR_PERCENT));
      }
    }
    for (const id of this.ids) {
      expect(hosts().registry.get(id)!.earnedMicros).toBe(earned.get(id) ?? 0);
    }
    for (const user of USERS) {
      const { heldMicros, availableMicros } = await world.credits.balance(this.user(user));
      const left = GRANTED - (spent.get(user) ?? 0);
      expect({ user, heldMicros, left: availableMicros }).toEqual({ user, heldMicros: 0, left });
    }
  }
}

/** Before what is new, a host that has the lease may repeat itself wrongly; who has it not may say
 * anything. */
function piecesFrom(accepted: number, from: number, count: number, isHeld: boolean): Piece[] {
  return Array.from({ length: count }, (_, index) => Math.max(1, from) + index)
    .filter((seq) => seq <= SPEECH.length)
    .map((seq) => ({ seq, delta: isHeld && seq > accepted ? SPEECH[seq - 1]! : LIE }));
}

async function orFault(act: () => Promise<void>): Promise<void> {
  const code = await act().then(
    () => null,
    (reason: unknown) => {
      if (reason instanceof Fault) return reason.code;
      throw reason;
    },
  );
  expect([null, 'conflict', 'unprocessable']).toContain(code);
}

/** What a step left to do in the background is done by then. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await world.file.db.write(async () => {});
  await new Promise((resolve) => setImmediate(resolve));
}

function rowOf(id: string) {
  return raw
    .query<{ state: string; fence: number; hostId: string | null }, [string]>(
      `SELECT state, fence, host_id AS hostId FROM job JOIN inference ON job_id = id WHERE id = ?`,
    )
    .get(id)!;
}

function piecesIn(id: string): string[] {
  return raw
    .query<{ deltas: string }, [string]>(
      'SELECT deltas FROM inference_piece WHERE job_id = ? ORDER BY from_seq',
    )
    .all(id)
    .flatMap(({ deltas }) => JSON.parse(deltas) as string[]);
}

function runningAt(hostId: string): number {
  return raw
    .query<{ count: number }, [string]>(
      `SELECT count(*) AS count FROM job JOIN inference ON job_id = id
       WHERE state = 'running' AND host_id = ?`,
    )
    .get(hostId)!.count;
}

/** How often the hold of a job was ended. */
function endsOf(id: string): number {
  return raw
    .query<{ count: number }, [string]>(
      `SELECT count(*) AS count FROM transfer AS hold JOIN transfer AS ended ON ended.ends = hold.seq
       WHERE hold.id = 'hold/' || ?`,
    )
    .get(id)!.count;
}

test(
  'whatever hosts and users do, what was accepted stays, all ends, and each is paid for its own',
  async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const one = new Run();
        await one.open();
        for (const step of sequence) {
          await one.perform(step);
          await one.expectSound();
        }
        await one.finish();
        await one.expectSound();
        await one.expectPaid();
        expect(await world.credits.check()).toEqual([]);
      }),
      { numRuns: 40 },
    );
  },
  SHRINKING_MS,
);
