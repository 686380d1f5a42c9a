import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { type Cron, createCron } from '../../../src/jobs/cron';
import { silentLog } from '../../support/log';
import { chance, engines, openWorld, type Process, turns, until, type World } from './world';

const HOUR_MS = 3_600_000;

for (const [name, open] of Object.entries(engines)) {
  describe(`cron over ${name}`, () => {
    let world: World;
    let crons: Cron[] = [];
    const cronOf = ({ engine, queue }: Process, expression = '0 * * * *') => {
      const entries = [{ name: 'sweep', expression, kind: 'work' }];
      const cron = createCron({
        engine,
        queue,
        clock: world.clock,
        chance,
        log: silentLog,
        entries,
      });
      crons.push(cron);
      return cron;
    };
    const enqueued = async () =>
      (await world.here.queue.list({ kind: 'work', limit: 99, offset: 0 })).length;
    const pass = async (ms: number) => {
      for (let left = ms; left > 0; left -= 60_000) {
        world.clock.advance(Math.min(60_000, left));
        await turns(4);
      }
    };

    beforeEach(async () => {
      world = await openWorld(open);
    });
    afterEach(async () => {
      for (const cron of crons) await cron.stop();
      crons = [];
      await world.close();
    });

    test('each due time enqueues one job, though two processes watch', async () => {
      await cronOf(world.here).start();
      await cronOf(world.there).start();
      await pass(HOUR_MS - 1);
      expect(await enqueued()).toBe(0);
      await pass(1);
      await until(async () => (await enqueued()) === 1);
      await pass(HOUR_MS);
      await until(async () => (await enqueued()) === 2);
      await turns();
      expect(await enqueued()).toBe(2);
    });

    test('runs that were missed collapse into one', async () => {
      const before = cronOf(world.here);
      await before.start();
      await before.stop();
      world.clock.advance(5 * HOUR_MS + 1);
      await cronOf(world.here).start();
      expect(await enqueued()).toBe(1);
      await pass(HOUR_MS);
      await until(async () => (await enqueued()) === 2);
    });

    test('a changed expression makes a new due time', async () => {
      const before = cronOf(world.here, '0 0 1 1 *');
      await before.start();
      await before.stop();
      await cronOf(world.here, '*/5 * * * *').start();
      await pass(300_000);
      await until(async () => (await enqueued()) === 1);
    });

    test('an expression that means nothing is refused at once', () => {
      expect(() => cronOf(world.here, 'every day')).toThrow();
    });
  });
}
