import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { LeaseLost } from '../../../src/jobs/lease-lost';
import type { Job } from '../../../src/jobs/types';
import { Fault } from '../../../src/lib/fault';
import { engines, idOf, LEASE_MS, type OpenEngine, openWorld, type World } from './world';

const DONE = { state: 'done', error: null, by: 'handler' } as const;

function jobContract(name: string, open: OpenEngine): void {
  describe(`the queue over ${name}`, () => {
    let world: World;
    const claim = (limit = 1) => world.here.queue.claim('work', limit, LEASE_MS);
    const claimOne = async (): Promise<Job> => (await claim())[0]!;
    const state = async (job: Job) => (await world.here.queue.get(job.id))?.state;

    beforeEach(async () => {
      world = await openWorld(open);
    });
    afterEach(() => world.close());

    test('a job is queued, then running under a lease, then done, and stays done', async () => {
      const job = await world.add();
      expect(job).toMatchObject({ state: 'queued', attempts: 0, fence: 0, leasedUntilMs: null });
      expect(await world.here.queue.get(job.id)).toEqual(job);
      const running = await claimOne();
      const nowMs = world.clock.nowMs();
      expect(running).toEqual({
        ...job,
        state: 'running',
        attempts: 1,
        fence: 1,
        leasedUntilMs: nowMs + LEASE_MS,
        startedMs: nowMs,
      });
      await world.here.queue.finish(running, DONE);
      expect(await world.here.queue.get(job.id)).toEqual({
        ...running,
        state: 'done',
        leasedUntilMs: null,
        endedMs: nowMs,
      });
      expect(world.here.queue.finish(running, DONE)).rejects.toBeInstanceOf(LeaseLost);
      expect(await claim()).toEqual([]);
    });

    test('a job does not exist when the write that enqueued it fails', async () => {
      const failing = world.here.engine.write(async (tx) => {
        const newJob = { id: 'lost', kind: 'work', userId: 'ann', cost: 1 };
        await world.here.queue.enqueue(tx, newJob);
        throw new Error('no credits');
      });
      expect(failing).rejects.toThrow('no credits');
      await failing.catch(() => {});
      expect(await world.here.queue.get('lost')).toBeUndefined();
      expect(await claim()).toEqual([]);
    });

    test('a job does not end when the commit that joins its end fails', async () => {
      const job = await world.add();
      const commit = async () => {
        throw new Error('no');
      };
      const ending = world.here.queue.finish(await claimOne(), { ...DONE, commit });
      await expect(ending).rejects.toThrow('no');
      expect(await state(job)).toBe('running');
    });

    test('a worker whose lease ran out and was taken over can neither renew nor finish', async () => {
      await world.add();
      const stale = await claimOne();
      world.clock.advance(LEASE_MS);
      await world.there.queue.reap(new Set());
      const current = (await world.there.queue.claim('work', 1, LEASE_MS))[0]!;
      expect(current).toMatchObject({ id: stale.id, fence: 2, attempts: 2 });
      expect(await world.here.queue.renew(stale, LEASE_MS)).toBe('lost');
      await expect(world.here.queue.finish(stale, DONE)).rejects.toBeInstanceOf(LeaseLost);
      expect(await world.there.queue.renew(current, LEASE_MS)).toBe('renewed');
    });

    test('a renewed lease is not reaped, nor is one that this process still works on', async () => {
      const job = await world.add();
      const running = await claimOne();
      world.clock.advance(LEASE_MS - 1);
      await world.here.queue.renew(running, LEASE_MS);
      world.clock.advance(LEASE_MS - 1);
      await world.here.queue.reap(new Set());
      expect(await state(job)).toBe('running');
      world.clock.advance(1);
      await world.here.queue.reap(new Set([job.id]));
      expect(await state(job)).toBe('running');
      await world.here.queue.reap(new Set());
      expect(await state(job)).toBe('queued');
    });

    test('a job whose last allowed worker vanished fails, and its handler is told once', async () => {
      const job = await world.add({ maxAttempts: 1 });
      await claimOne();
      world.clock.advance(LEASE_MS);
      await Promise.all([world.here.queue.reap(new Set()), world.there.queue.reap(new Set())]);
      expect(await state(job)).toBe('failed');
      const told = [...world.here.ended, ...world.there.ended];
      expect(told.map(({ id, state }) => [id, state])).toEqual([[job.id, 'failed']]);
    });

    test("one user's thousand jobs do not starve another's one", async () => {
      for (let n = 0; n < 1_000; n += 1) await world.add({ userId: 'ann' });
      await claim(10);
      const late = await world.add({ userId: 'bob' });
      const next = await claim(2);
      expect(next.map((job) => job.id)).toContain(late.id);
    });

    test('two users get the same cost started, however they cut it into jobs', async () => {
      for (let n = 0; n < 20; n += 1) await world.add({ userId: 'ann', cost: 3 });
      for (let n = 0; n < 60; n += 1) await world.add({ userId: 'bob', cost: 1 });
      const users = (await claim(40)).map((job) => job.userId);
      expect(users.filter((user) => user === 'ann').length).toBe(10);
    });

    test('a canceled backlog is not held against its user', async () => {
      const jobs: Job[] = [];
      for (let n = 0; n < 20; n += 1) jobs.push(await world.add({ userId: 'ann' }));
      for (const job of jobs) await world.here.queue.requestCancel(job.id);
      for (let n = 0; n < 5; n += 1) await world.add({ userId: 'bob' });
      const again = await world.add({ userId: 'ann' });
      expect((await claim(2)).map((job) => job.id)).toContain(again.id);
    });

    test('jobs that wait for a later time do not delay others when they come due', async () => {
      const dueMs = world.clock.nowMs() + 60_000;
      for (let n = 0; n < 50; n += 1) await world.add({ userId: 'ann', dueMs });
      expect(await world.here.queue.dueKinds(['work'])).toEqual([]);
      for (let n = 0; n < 30; n += 1) await world.add({ userId: 'ann' });
      expect((await claim(100)).length).toBe(30);
      world.clock.advance(60_000);
      const other = await world.add({ userId: 'bob' });
      expect((await claim(1))[0]!.id).toBe(other.id);
      expect((await claim(100)).length).toBe(50);
    });

    test('a higher priority goes first', async () => {
      await world.add();
      const urgent = await world.add({ priority: 5 });
      expect((await claimOne()).id).toBe(urgent.id);
    });

    test('the same idempotency key and request answer the same job, once', async () => {
      const change = { idempotencyKey: 'k', requestHash: 'h' };
      const first = await world.add(change);
      const second = await world.here.engine.write((tx) =>
        world.here.queue.enqueue(tx, { ...change, id: 'x', kind: 'work', userId: 'ann', cost: 1 }),
      );
      expect(second).toEqual({ job: first, existing: true, place: null });
      expect((await world.add({ ...change, userId: 'bob' })).id).not.toBe(first.id);
      expect((await claim(9)).length).toBe(2);
      const found = await world.here.engine.write((tx) =>
        world.here.queue.findIdempotent(tx, 'ann', 'k', 'h'),
      );
      expect(found?.id).toBe(first.id);
    });

    test('an idempotency key used for another request is a conflict that names it', async () => {
      await world.add({ idempotencyKey: 'k', requestHash: 'h' });
      const fault = await world.add({ idempotencyKey: 'k', requestHash: 'other' }).catch((e) => e);
      expect(fault).toBeInstanceOf(Fault);
      expect(fault).toMatchObject({ code: 'conflict', field: 'Idempotency-Key' });
    });

    test('a claimed job is started by nobody else', async () => {
      const newJob = { id: 'mine', kind: 'work', userId: 'ann', cost: 1 };
      const job = await world.here.engine.write((tx) =>
        world.here.queue.enqueueClaimed(tx, newJob, LEASE_MS),
      );
      expect(await world.there.queue.claim('work', 1, LEASE_MS)).toEqual([]);
      expect(await world.here.runner.perform(job)).toMatchObject({ state: 'done', attempts: 1 });
    });

    test('a job is started out of turn once, and the order of the others stays', async () => {
      const [a, b, c] = [await world.add(), await world.add(), await world.add()];
      const { engine, queue } = world.here;
      const ready = async () => (await queue.ready('work')).map(({ id }) => id);
      expect(await ready()).toEqual([a.id, b.id, c.id]);
      const start = () => engine.write((tx) => queue.claimOne(tx, b.id, LEASE_MS));
      const started = await start();
      expect(started).toMatchObject({ id: b.id, state: 'running', attempts: 1, fence: 1 });
      expect(await start()).toBeUndefined();
      expect(await ready()).toEqual([a.id, c.id]);
      expect((await claim(9)).map(({ id }) => id)).toEqual([a.id, c.id]);
    });

    test('jobs that start at their birth have had their turn', async () => {
      const { engine, queue } = world.here;
      for (const id of ['a', 'b', 'c']) {
        const newJob = { id, kind: 'work', userId: 'ann', cost: 5 };
        await engine.write((tx) => queue.enqueueClaimed(tx, newJob, LEASE_MS));
      }
      const late = await world.add({ userId: 'bob' });
      const early = await world.add({ userId: 'ann' });
      // Had their turns not moved the time on, bob would have all of ann's past to spend first.
      expect((await queue.ready('work')).map(({ place }) => place)).toEqual([10, 15]);
      expect((await claim(9)).map(({ id }) => id)).toEqual([late.id, early.id]);
    });

    test('a queued job is canceled at once and its handler is told in that write', async () => {
      const job = await world.add();
      expect(await world.here.queue.requestCancel(job.id)).toMatchObject({ state: 'canceled' });
      expect(world.here.ended).toMatchObject([{ id: job.id, state: 'canceled' }]);
      expect(await claim()).toEqual([]);
    });

    test('a running job that was asked to stop is told at its renewal', async () => {
      await world.add();
      const running = await claimOne();
      const asked = await world.there.queue.requestCancel(running.id);
      expect(asked).toMatchObject({ state: 'running', cancelRequestedMs: world.clock.nowMs() });
      expect(await world.here.queue.renew(running, LEASE_MS)).toBe('cancel_requested');
    });

    test('a job that was asked to stop is canceled when its worker vanishes', async () => {
      const job = await world.add({ maxAttempts: 1 });
      await claimOne();
      await world.here.queue.requestCancel(job.id);
      world.clock.advance(LEASE_MS);
      await world.here.queue.reap(new Set());
      expect(await state(job)).toBe('canceled');
      expect(world.here.ended.length).toBe(1);
    });

    test('a job that has ended stays as it is when it is canceled', async () => {
      const job = await world.add();
      await world.here.queue.finish(await claimOne(), DONE);
      const before = await world.here.queue.get(job.id);
      expect(await world.here.queue.requestCancel(job.id)).toEqual(before!);
      expect(world.here.ended).toEqual([]);
      await expect(world.here.queue.requestCancel('none')).rejects.toMatchObject({
        code: 'not_found',
      });
    });

    test('a queued job past its deadline is never started, and fails', async () => {
      const job = await world.add({ deadlineMs: world.clock.nowMs() + 10 });
      world.clock.advance(10);
      expect(await claim()).toEqual([]);
      await world.here.queue.reap(new Set());
      expect(await state(job)).toBe('failed');
      expect(world.here.ended).toMatchObject([{ id: job.id, error: 'the deadline passed' }]);
    });

    test('jobs are listed newest first by user, kind and state, and live ones are counted', async () => {
      for (let n = 0; n < 3; n += 1) await world.add({ userId: n === 1 ? 'bob' : 'ann' });
      await world.here.queue.finish(await claimOne(), DONE);
      await claimOne();
      const ids = async (filter: object) =>
        (await world.here.queue.list({ limit: 10, offset: 0, ...filter })).map((job) => job.id);
      expect(await ids({})).toEqual([idOf(3), idOf(2), idOf(1)]);
      expect(await ids({ userId: 'ann' })).toEqual([idOf(3), idOf(1)]);
      expect(await ids({ state: 'queued' })).toEqual([idOf(3)]);
      expect(await ids({ kind: 'play' })).toEqual([]);
      expect(await ids({ limit: 1, offset: 1 })).toEqual([idOf(2)]);
      expect(await world.here.queue.counts()).toEqual([
        { kind: 'work', state: 'queued', count: 1 },
        { kind: 'work', state: 'running', count: 1 },
      ]);
    });
  });
}

for (const [name, open] of Object.entries(engines)) jobContract(name, open);
