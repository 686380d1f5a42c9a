import { afterAll, afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { array, asyncProperty, assert as check, constantFrom, integer, tuple } from 'fast-check';
import { cleanUp } from '../../tests/support/cleanup';
import { until } from '../../tests/support/until';
import {
  deliverTo,
  LEASE_MS,
  openProcess,
  openWebhooks,
  startReceiver,
  TIMEOUT_MS,
  type WebhookWorld,
} from '../../tests/support/webhooks';
import { MAX_TRIES } from './schedule';
import { DELIVER_WEBHOOK } from './service';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let world: WebhookWorld;
let userId: string;
beforeEach(async () => {
  world = await openWebhooks();
  userId = await world.addUser();
});
afterEach(() => world.close());
afterAll(cleanUp);

const status = (code: number, headers: Record<string, string> = {}) =>
  new Response('said so', { status: code, headers });
const delivery = (id: string) => world.webhooks.delivery(id);
const attempts = (id: string) => world.webhooks.attempts(id);

/** Goes on to when the delivery is due, and makes the try. */
async function runNext(id: string): Promise<void> {
  const { nextTryMs } = await delivery(id);
  world.clock.advance(Math.max(0, (nextTryMs ?? 0) - world.clock.nowMs()));
  await world.runDue();
}

async function runToEnd(id: string): Promise<void> {
  for (let n = 0; n < 100 && (await delivery(id)).endedMs === null; n += 1) await runNext(id);
}

/** Lets so many rounds of other work go by. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** Never answers. */
const hang = (_: unknown, signal: AbortSignal) =>
  new Promise<Response>((resolve) => {
    signal.addEventListener('abort', () => resolve(status(500)));
  });

describe('the schedule', () => {
  test('is kept to the end: 19 tries in three days, each stored, the same message every time', async () => {
    const { url, received } = startReceiver(() => status(503));
    const { id } = await deliverTo(world, userId, url);
    const startMs = world.clock.nowMs();
    await runToEnd(id);
    expect(await delivery(id)).toMatchObject({ state: 'failed', error: 'http_error' });
    expect(received).toHaveLength(MAX_TRIES);
    expect(new Set(received.map(({ headers }) => headers.get('webhook-id')))).toEqual(
      new Set([id]),
    );
    const made = await attempts(id);
    expect(made.map(({ seq }) => seq)).toEqual(Array.from({ length: MAX_TRIES }, (_, n) => n + 1));
    expect(made[0]).toMatchObject({ status: 503, error: 'http_error', answer: 'said so' });
    const hours = made.map(({ startedMs }) => (startedMs - startMs) / HOUR_MS);
    expect(hours.at(-1)).toBeCloseTo(72.5, 1);
    expect(hours.filter((hour) => hour < 24).length).toBeGreaterThanOrEqual(10);
    const timestamps = received.map(({ headers }) => Number(headers.get('webhook-timestamp')));
    expect(timestamps).toEqual(made.map(({ startedMs }) => Math.floor(startedMs / 1_000)));
    world.clock.advance(30 * 24 * HOUR_MS);
    expect(await world.runDue()).toBe(0);
  });

  test('ends with the first success', async () => {
    const answers = [status(500), status(429), status(202)];
    const { url, received } = startReceiver(() => answers.shift() ?? status(500));
    const { id, jobId } = await deliverTo(world, userId, url);
    expect(await world.webhooks.stateOfJob(jobId)).toBe('pending');
    await runToEnd(id);
    expect(received).toHaveLength(3);
    expect(await delivery(id)).toMatchObject({ state: 'delivered', error: null, nextTryMs: null });
    expect(await world.webhooks.stateOfJob(jobId)).toBe('delivered');
    expect((await attempts(id)).map((each) => each.status)).toEqual([500, 429, 202]);
  });

  test('ends with 410: who is gone is not asked again', async () => {
    const { url, received } = startReceiver(() => status(410));
    const { id } = await deliverTo(world, userId, url);
    await runToEnd(id);
    expect(received).toHaveLength(1);
    expect(await delivery(id)).toMatchObject({ state: 'failed', error: 'gone' });
    expect(await world.queue.counts()).toEqual([{ kind: 'work', state: 'queued', count: 1 }]);
  });

  test.each([
    ['seconds', () => '7200'],
    ['a date', () => new Date(world.clock.nowMs() + 7_200_000).toUTCString()],
  ])('waits as long as Retry-After says in %s', async (_, value) => {
    const { url } = startReceiver(() => status(503, { 'retry-after': value() }));
    const { id } = await deliverTo(world, userId, url);
    await world.runDue();
    const waitMs = ((await delivery(id)).nextTryMs ?? 0) - world.clock.nowMs();
    expect(waitMs).toBeGreaterThanOrEqual(7_200_000);
    expect(waitMs).toBeLessThan(7_200_000 * 1.2);
  });

  test('never has two tries of one delivery at once, however it is run, retried and interrupted', async () => {
    // No try is cut off by its own time, so that what a receiver sees is what is under way.
    const limits = { headBytes: 100, timeoutMs: DAY_MS };
    await world.close();
    world = await openWebhooks({ guard: { limits } });
    userId = await world.addUser();
    let [underWay, most] = [0, 0];
    const { url } = startReceiver(async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await turns(60);
      underWay -= 1;
      return status(503);
    });
    const there = openProcess(world, { limits });
    const { id } = await deliverTo(world, userId, url);
    const steps = {
      here: () => world.runDue(),
      there: () => there.runDue(),
      retry: () => world.webhooks.retry(id).catch(() => {}),
      wait: async () => world.clock.advance(40_000),
      reap: () => there.queue.reap(new Set()),
    };
    const step = constantFrom(...(Object.keys(steps) as (keyof typeof steps)[]));
    const plan = array(tuple(step, integer({ min: 0, max: 40 })), { maxLength: 12 });
    await check(
      asyncProperty(plan, async (chosen) => {
        const started: Promise<unknown>[] = [];
        for (const [name, pause] of chosen) {
          started.push(steps[name]());
          await turns(pause);
        }
        await Promise.all(started);
      }),
      { numRuns: 60 },
    );
    expect(most).toBe(1);
    const made = await attempts(id);
    expect(made.length).toBeGreaterThan(5);
    for (const [n, each] of made.slice(1).entries()) {
      expect(each.startedMs).toBeGreaterThanOrEqual(made[n]!.startedMs + made[n]!.durationMs!);
    }
  });
});

describe('a try', () => {
  test('follows no redirect, not even to the same server', async () => {
    const { url, received } = startReceiver(({ path }) =>
      path === '/' ? status(307, { location: '/elsewhere' }) : status(204),
    );
    const { id } = await deliverTo(world, userId, url);
    await world.runDue();
    expect(received.map(({ path }) => path)).toEqual(['/']);
    expect(await attempts(id)).toMatchObject([{ status: 307, error: 'redirect_not_followed' }]);
    expect((await delivery(id)).state).toBe('pending');
  });

  test('gives a slow receiver its time and no more', async () => {
    const { url, received } = startReceiver(hang);
    const { id } = await deliverTo(world, userId, url);
    const running = world.runDue();
    await until('the post arrives', () => received.length === 1);
    expect(await attempts(id)).toMatchObject([{ durationMs: null, status: null, error: null }]);
    world.clock.advance(TIMEOUT_MS);
    await running;
    expect(await attempts(id)).toMatchObject([
      { durationMs: TIMEOUT_MS, status: null, error: 'timed_out' },
    ]);
  });

  test('keeps no more of an answer than its first bytes', async () => {
    const { url } = startReceiver(() => new Response('x'.repeat(5_000_000), { status: 500 }));
    const { id } = await deliverTo(world, userId, url);
    await world.runDue();
    expect((await attempts(id))[0]!.answer).toBe('x'.repeat(1_000));
  });

  test.each([
    ['a name that nobody knows', 'http://nobody.invalid/', 'dns_lookup_failed'],
    ['a name that is now a private address', 'http://rebound.invalid/', 'address_refused'],
    ['a port where nobody listens', 'http://127.0.0.1:1/', 'address_refused'],
    ['a server that is down', 'http://127.0.0.1:65534/', 'connection_failed'],
  ])('to %s fails as data and is made again later', async (_, url, error) => {
    await world.close();
    const resolve = async (name: string) => {
      if (name === 'rebound.invalid') return ['10.0.0.7'];
      throw new Error('ENOTFOUND');
    };
    world = await openWebhooks({ guard: { resolve } });
    userId = await world.addUser();
    const { id } = await deliverTo(world, userId, url);
    await world.runDue();
    expect(await attempts(id)).toMatchObject([{ status: null, error }]);
    expect(await delivery(id)).toMatchObject({ state: 'pending', error });
    expect(world.log.records).toEqual([]);
  });
});

describe('a crash', () => {
  test('between two tries changes nothing: another process makes the next one when it is due', async () => {
    const answers = [status(500)];
    const { url, received } = startReceiver(() => answers.shift() ?? status(200));
    const { id } = await deliverTo(world, userId, url);
    const [job] = await world.queue.claim(DELIVER_WEBHOOK, 1, LEASE_MS);
    // The try is recorded, and its process dies before the queue hears of it.
    const outcome = await world.webhooks.deliver({
      job: job!,
      signal: new AbortController().signal,
      write: world.db.write,
    });
    expect(outcome).toMatchObject({ outcome: 'retry', error: 'http_error' });
    const { nextTryMs } = await delivery(id);
    const there = openProcess(world);
    world.clock.advance(LEASE_MS - 1_000);
    expect(await there.runDue()).toBe(0);
    expect(nextTryMs).toBe(world.clock.nowMs() + 1_000);
    await there.queue.reap(new Set());
    expect(received).toHaveLength(1);
    world.clock.advance(1_000);
    await there.queue.reap(new Set());
    await there.runDue();
    expect(received).toHaveLength(2);
    expect(await delivery(id)).toMatchObject({ state: 'delivered' });
  });

  test('does not bring the next try forward', async () => {
    const { url, received } = startReceiver(() => status(503, { 'retry-after': '3600' }));
    const { id } = await deliverTo(world, userId, url);
    const [job] = await world.queue.claim(DELIVER_WEBHOOK, 1, LEASE_MS);
    const { signal } = new AbortController();
    await world.webhooks.deliver({ job: job!, signal, write: world.db.write });
    const there = openProcess(world);
    world.clock.advance(LEASE_MS);
    await there.queue.reap(new Set());
    expect(await there.runDue()).toBe(1);
    expect(await there.runDue()).toBe(0);
    expect(received).toHaveLength(1);
    await runNext(id);
    expect(received).toHaveLength(2);
  });

  test('in the middle of a try is survived: killed, and made again under the same id', async () => {
    await world.close();
    world = await openWebhooks({ nowMs: Date.now() });
    userId = await world.addUser();
    let isUp = false;
    const { url, received } = startReceiver((request, signal) =>
      isUp ? status(200) : hang(request, signal),
    );
    const { id } = await deliverTo(world, userId, url);
    const room = (path: string) => JSON.stringify(join(import.meta.dir, path));
    const script = `
      import { openProcess } from ${room('../../tests/support/webhooks')};
      import { silentLog } from ${room('../../tests/support/log')};
      import { openDatabase } from ${room('../db/database')};
      import { systemClock } from ${room('../lib/clock')};
      import { systemChance } from ${room('../lib/ids')};
      const db = openDatabase(${JSON.stringify(world.path)});
      const ports = { db, clock: systemClock, chance: systemChance, log: silentLog };
      openProcess(ports).runner.start();`;
    const child = Bun.spawn([process.execPath, '-e', script], { stderr: 'inherit' });
    await until('the post of the other process arrives', () => received.length === 1);
    child.kill('SIGKILL');
    await child.exited;
    isUp = true;

    expect(world.webhooks.retry(id)).rejects.toThrow('being tried now');
    world.clock.advance(LEASE_MS + 60_000);
    await world.queue.reap(new Set());
    await world.runDue();
    expect(received.map(({ headers }) => headers.get('webhook-id'))).toEqual([id, id]);
    expect(await attempts(id)).toMatchObject([
      { status: null, error: 'interrupted' },
      { status: 200, error: null },
    ]);
    expect((await delivery(id)).state).toBe('delivered');
  });

  test('at every try is not survived for ever', async () => {
    const { url } = startReceiver(hang);
    const { id } = await deliverTo(world, userId, url);
    for (let n = 0; n < 100 && (await delivery(id)).endedMs === null; n += 1) {
      await world.queue.claim(DELIVER_WEBHOOK, 1, LEASE_MS);
      world.clock.advance(LEASE_MS);
      await world.queue.reap(new Set());
    }
    expect(await delivery(id)).toMatchObject({ state: 'failed', error: 'abandoned' });
  });

  test('that was none: a process that is told to stop gives its try back', async () => {
    const { url, received } = startReceiver(hang);
    const { id } = await deliverTo(world, userId, url);
    const running = world.runDue();
    await until('the post arrives', () => received.length === 1);
    await world.runner.stop();
    await running;
    const there = openProcess(world);
    const again = there.runDue();
    await until('the post arrives again', () => received.length === 2);
    world.clock.advance(TIMEOUT_MS);
    await again;
    expect((await attempts(id)).map(({ error }) => error)).toEqual(['interrupted', 'timed_out']);
  });
});
