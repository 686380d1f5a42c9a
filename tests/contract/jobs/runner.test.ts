import { afterEach, describe, expect, test } from 'bun:test';
import { LeaseLost } from '../../../src/jobs/lease-lost';
import type { JobRun } from '../../../src/jobs/types';
import { Fault } from '../../../src/lib/fault';
import {
  aborted,
  engines,
  GRACE_MS,
  LEASE_MS,
  type OpenEngine,
  openWorld,
  type Perform,
  turns,
  until,
  type World,
} from './world';

function runnerContract(name: string, open: OpenEngine): void {
  describe(`the runner over ${name}`, () => {
    let world: World;
    const begin = async (perform?: Perform, options = {}) => {
      world = await openWorld(open, perform, options);
      return world;
    };
    const reaches = (id: string, state: string) =>
      until(async () => (await world.here.queue.get(id))?.state === state);

    afterEach(() => world.close());

    test('an enqueued job starts without any time passing', async () => {
      await begin();
      world.here.runner.start();
      await turns();
      const { id } = await world.add();
      await reaches(id, 'done');
      expect(world.here.started).toEqual([id]);
    });

    test('no more jobs of a kind run at once than its concurrency, and all of them run', async () => {
      let running = 0;
      let most = 0;
      await begin(async () => {
        running += 1;
        most = Math.max(most, running);
        await turns(2);
        running -= 1;
        return { outcome: 'done' };
      });
      for (let n = 0; n < 15; n += 1) await world.add();
      world.here.runner.start();
      await until(
        async () =>
          (await world.here.queue.list({ state: 'done', limit: 99, offset: 0 })).length === 15,
      );
      expect(most).toBe(4);
    });

    test('two runners on the same jobs never run one job twice at a time', async () => {
      const running = new Set<string>();
      let doubled = 0;
      await begin(async ({ job }) => {
        if (running.has(job.id)) doubled += 1;
        running.add(job.id);
        await turns(1);
        running.delete(job.id);
        return { outcome: 'done' };
      });
      world.here.runner.start();
      world.there.runner.start();
      const jobs = await Promise.all(Array.from({ length: 60 }, () => world.add()));
      world.clock.advance(1_000);
      await until(
        async () =>
          (await world.here.queue.list({ state: 'done', limit: 99, offset: 0 })).length === 60,
      );
      expect(doubled).toBe(0);
      expect([...world.here.started, ...world.there.started].sort()).toEqual(
        jobs.map((job) => job.id).sort(),
      );
    });

    test('a job that another process enqueued is found at the next poll', async () => {
      await begin();
      world.there.runner.start();
      await turns();
      const { id } = await world.add();
      await turns();
      expect(world.there.started).toEqual([]);
      world.clock.advance(1_000);
      await reaches(id, 'done');
      expect(world.there.started).toEqual([id]);
    });

    test('a handler that throws is tried again after its backoff, then fails', async () => {
      await begin(async () => {
        throw new Fault('unavailable', 'the search is down');
      });
      world.here.runner.start();
      const { id } = await world.add({ maxAttempts: 2 });
      await until(async () => (await world.here.queue.get(id))?.error !== null);
      // Chance is one half: three quarters of the first second.
      const dueMs = world.clock.nowMs() + 750;
      expect(await world.here.queue.get(id)).toMatchObject({ state: 'queued', attempts: 1, dueMs });
      world.clock.advance(1_000);
      await reaches(id, 'failed');
      expect(world.here.started.length).toBe(2);
      expect(world.here.ended).toMatchObject([{ id, attempts: 2, error: 'the search is down' }]);
    });

    test('what a handler throws is not shown unless it is a Fault', async () => {
      await begin(async () => {
        throw new Error('password=hunter2');
      });
      world.here.runner.start();
      const { id } = await world.add({ maxAttempts: 1 });
      await reaches(id, 'failed');
      expect((await world.here.queue.get(id))?.error).toBe('internal error');
    });

    test('a snoozed job comes back at its time and has used no attempt', async () => {
      let isFirst = true;
      await begin(async () => {
        if (!isFirst) return { outcome: 'done' };
        isFirst = false;
        return { outcome: 'snooze', untilMs: world.clock.nowMs() + 5_000 };
      });
      world.here.runner.start();
      const { id } = await world.add({ maxAttempts: 1 });
      await until(() => world.here.started.length === 1);
      await reaches(id, 'queued');
      world.clock.advance(4_000);
      await turns();
      expect(world.here.started.length).toBe(1);
      world.clock.advance(1_000);
      await reaches(id, 'done');
      expect(await world.here.queue.get(id)).toMatchObject({ attempts: 1, fence: 2 });
    });

    test('the commit of an outcome joins the end: when it fails, the attempt failed', async () => {
      let commits = 0;
      await begin(async ({ job }) => ({
        outcome: 'done',
        async commit(tx) {
          await world.here.queue.emit(tx, job.id, 'end', {});
          commits += 1;
          if (commits === 1) throw new Error('disk');
        },
      }));
      world.here.runner.start();
      const { id } = await world.add();
      await until(async () => (await world.here.queue.get(id))?.error !== null);
      expect(await world.here.queue.events(id, 0, 9)).toEqual([]);
      world.clock.advance(1_000);
      await reaches(id, 'done');
      expect((await world.here.queue.events(id, 0, 9)).length).toBe(1);
    });

    test('a long job keeps its lease', async () => {
      await begin(async (run) => {
        await aborted(run);
        return { outcome: 'done' };
      });
      world.here.runner.start();
      world.there.runner.start();
      const { id } = await world.add();
      await until(() => world.here.started.length === 1);
      for (let n = 0; n < 12; n += 1) {
        world.clock.advance(LEASE_MS / 3);
        await turns();
      }
      expect([...world.here.started, ...world.there.started]).toEqual([id]);
    });

    test('a handler whose lease is lost is told, cannot write, and records nothing', async () => {
      let run: JobRun | undefined;
      await begin(async (given) => {
        run = given;
        await aborted(given);
        return { outcome: 'done' };
      });
      world.here.runner.start();
      const { id } = await world.add();
      await until(() => run !== undefined);
      world.clock.advance(LEASE_MS / 3 - 1);
      // Somebody else takes it, as if this process had slept past its lease.
      await world.there.queue.giveBack(run!.job, {
        dueMs: 0,
        attempts: 1,
        error: null,
        keepsPlace: true,
      });
      const [taken] = await world.there.queue.claim('work', 1, LEASE_MS);
      const write = run!.write(async (tx) => world.here.queue.emit(tx, id, 'late', {}));
      await expect(write).rejects.toBeInstanceOf(LeaseLost);
      expect(run!.signal.reason).toBe('lease_lost');
      await turns();
      expect(await world.here.queue.get(id)).toEqual(taken!);
      expect(await world.here.queue.events(id, 0, 9)).toEqual([]);
    });

    test('a running job is canceled at once in this process', async () => {
      await begin(async (run) => {
        await aborted(run);
        return { outcome: 'canceled' };
      });
      world.here.runner.start();
      const { id } = await world.add();
      await until(() => world.here.started.length === 1);
      await world.here.queue.requestCancel(id);
      await reaches(id, 'canceled');
      expect(world.here.ended).toEqual([]);
    });

    test('a running job that another process cancels is told at the next renewal', async () => {
      await begin(async (run) => {
        await aborted(run);
        throw new Error(String(run.signal.reason));
      });
      world.here.runner.start();
      const { id } = await world.add();
      await until(() => world.here.started.length === 1);
      await world.there.queue.requestCancel(id);
      world.clock.advance(LEASE_MS / 3);
      await reaches(id, 'canceled');
      expect(world.here.ended.length).toBe(1);
    });

    test('a job past its deadline is told, and may still end with what it has', async () => {
      const reasons: unknown[] = [];
      await begin(async (run) => {
        await aborted(run);
        reasons.push(run.signal.reason);
        return { outcome: 'done' };
      });
      world.here.runner.start();
      const { id } = await world.add({ deadlineMs: world.clock.nowMs() + 7_000 });
      await until(() => world.here.started.length === 1);
      world.clock.advance(7_000);
      await reaches(id, 'done');
      expect(reasons).toEqual(['deadline']);
    });

    test('a handler that ignores its signal is left behind after the grace time', async () => {
      await begin(() => new Promise(() => {}));
      world.here.runner.start();
      const { id } = await world.add();
      await until(() => world.here.started.length === 1);
      await world.here.queue.requestCancel(id);
      world.clock.advance(GRACE_MS - 1);
      await turns();
      expect((await world.here.queue.get(id))?.state).toBe('running');
      world.clock.advance(1);
      await reaches(id, 'canceled');
    });

    test('stop tells jobs at once, loses no attempt, and another start takes them at once', async () => {
      await begin(async (run) => {
        if (world.there.started.length > 0) return { outcome: 'done' };
        await aborted(run);
        throw new Error(String(run.signal.reason));
      });
      world.here.runner.start();
      const { id } = await world.add({ maxAttempts: 1 });
      await until(() => world.here.started.length === 1);
      const waiting = await world.add({ dueMs: world.clock.nowMs() + 1 });
      await world.here.runner.stop();
      expect(await world.here.queue.get(id)).toMatchObject({ state: 'queued', attempts: 0 });
      world.there.runner.start();
      await reaches(id, 'done');
      expect(world.here.started).not.toContain(waiting.id);
    });

    test('stop waits for a deaf handler no longer than the grace time', async () => {
      await begin(() => new Promise(() => {}));
      world.here.runner.start();
      const { id } = await world.add();
      await until(() => world.here.started.length === 1);
      const stopped = world.here.runner.stop();
      await turns();
      world.clock.advance(GRACE_MS);
      await stopped;
      expect(await world.here.queue.get(id)).toMatchObject({ state: 'queued', attempts: 0 });
    });

    test('a hook that fails leaves its job as it was, and the others reaped', async () => {
      let isBroken = true;
      const ended = async () => {
        if (isBroken) throw new Error('no ledger');
      };
      await begin(undefined, { ended });
      const { id } = await world.add({ deadlineMs: world.clock.nowMs() + 1 });
      world.clock.advance(1);
      await world.here.queue.reap(new Set());
      expect((await world.here.queue.get(id))?.state).toBe('queued');
      isBroken = false;
      await world.here.queue.reap(new Set());
      expect((await world.here.queue.get(id))?.state).toBe('failed');
    });
  });
}

for (const [name, open] of Object.entries(engines)) runnerContract(name, open);
