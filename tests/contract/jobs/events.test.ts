import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { JobEvent } from '../../../src/jobs/types';
import { engines, LEASE_MS, openWorld, type Process, turns, until, type World } from './world';

for (const [name, open] of Object.entries(engines)) {
  describe(`job events over ${name}`, () => {
    let world: World;
    const emit = (process: Process, jobId: string, step: number) =>
      process.engine.write((tx) => process.queue.emit(tx, jobId, 'step', { step }));
    const end = async () => {
      const [job] = await world.here.queue.claim('work', 1, LEASE_MS);
      await world.here.queue.finish(job!, { state: 'done', error: null, by: 'handler' });
    };
    const collect = (jobId: string, afterSeq: number, signal = new AbortController().signal) => {
      const seen: JobEvent[] = [];
      const finished = (async () => {
        for await (const event of world.here.queue.follow(jobId, afterSeq, signal))
          seen.push(event);
      })();
      return { seen, finished };
    };

    beforeEach(async () => {
      world = await openWorld(open);
    });
    afterEach(() => world.close());

    test('events count from 1 without gaps, though writes between them fail', async () => {
      const { id } = await world.add();
      await emit(world.here, id, 1);
      const failing = world.here.engine.write(async (tx) => {
        await world.here.queue.emit(tx, id, 'step', { step: 99 });
        throw new Error('rolled back');
      });
      await failing.catch(() => {});
      await Promise.all([emit(world.here, id, 2), emit(world.here, id, 3)]);
      const events = await world.here.queue.events(id, 0, 10);
      expect(events.map(({ seq, data }) => [seq, data])).toEqual([
        [1, '{"step":1}'],
        [2, '{"step":2}'],
        [3, '{"step":3}'],
      ]);
      expect((await world.here.queue.events(id, 1, 1)).map((event) => event.seq)).toEqual([2]);
    });

    test('a follower resumes after a seq, gets live events, and ends with the job', async () => {
      const { id } = await world.add();
      for (let step = 1; step <= 3; step += 1) await emit(world.here, id, step);
      const { seen, finished } = collect(id, 2);
      await until(() => seen.length === 1);
      await emit(world.here, id, 4);
      await until(() => seen.length === 2);
      await end();
      await finished;
      expect(seen.map((event) => event.seq)).toEqual([3, 4]);
    });

    test('a follower of a job that has ended reads all of its events and ends', async () => {
      const { id } = await world.add();
      const writes = Array.from({ length: 600 }, (_, step) => emit(world.here, id, step));
      await Promise.all(writes);
      await end();
      const { seen, finished } = collect(id, 0);
      await finished;
      expect(seen.map((event) => event.seq)).toEqual(writes.map((_, index) => index + 1));
    });

    test('what another process emits is seen at the next poll', async () => {
      const { id } = await world.add();
      const abort = new AbortController();
      const { seen, finished } = collect(id, 0, abort.signal);
      await turns();
      await emit(world.there, id, 1);
      await turns();
      expect(seen).toEqual([]);
      world.clock.advance(1_000);
      await until(() => seen.length === 1);
      abort.abort();
      await finished;
      expect(world.clock.pending).toBe(0);
    });

    test('an unknown job cannot be followed', async () => {
      await expect(collect('none', 0).finished).rejects.toMatchObject({ code: 'not_found' });
    });
  });
}
