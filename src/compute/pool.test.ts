import { afterEach, describe, expect, test } from 'bun:test';
import { ManualClock } from '../../tests/support/clock';
import { silentLog } from '../../tests/support/log';
import { type ComputePool, createPool } from './pool';

const TIMEOUT_MS = 1_000;
const IDLE_MS = 5_000;

let pool: ComputePool<Tasks>;
let clock: ManualClock;
let spawned: number;

type Tasks = typeof import('../../tests/support/pool-worker').tasks;

function open(size: number): void {
  clock = new ManualClock();
  spawned = 0;
  const spawn = () => {
    spawned += 1;
    return new Worker(new URL('../../tests/support/pool-worker.ts', import.meta.url).href);
  };
  pool = createPool<Tasks>(
    { spawn, clock, log: silentLog },
    { size, taskTimeoutMs: TIMEOUT_MS, idleMs: IDLE_MS },
  );
}
afterEach(() => pool.close());

describe('the worker pool', () => {
  test('no thread is started before there is work', () => {
    open(2);
    expect(spawned).toBe(0);
  });

  test('tasks run in at most as many threads as there may be, and each gets its own answer', async () => {
    open(2);
    const answers = await Promise.all([1, 2, 3, 4, 5, 6].map((value) => pool.run('double', value)));
    expect(answers).toEqual([2, 4, 6, 8, 10, 12]);
    expect(spawned).toBe(2);
  });

  test('a Fault stays a Fault on its way out of a thread', async () => {
    open(1);
    expect(pool.run('refuse', 'name')).rejects.toMatchObject({
      name: 'Fault',
      code: 'invalid_request',
      field: 'name',
    });
  });

  test('a task that never ends is stopped, and the next one has a new thread', async () => {
    open(1);
    await pool.run('double', 1);
    const stuck = pool.run('spin', 0);
    const next = pool.run('double', 21);
    clock.advance(TIMEOUT_MS);
    expect(stuck).rejects.toThrow('took too long');
    expect(await next).toBe(42);
    expect(spawned).toBe(2);
  });

  test('a thread without work is stopped and started anew when there is some', async () => {
    open(1);
    await pool.run('double', 1);
    clock.advance(IDLE_MS);
    expect(await pool.run('double', 2)).toBe(4);
    expect(spawned).toBe(2);
  });

  test('what waits when the pool closes is told so', async () => {
    open(1);
    const running = pool.run('spin', 0);
    const waiting = pool.run('double', 1);
    pool.close();
    expect(running).rejects.toThrow('shutting down');
    expect(waiting).rejects.toThrow('shutting down');
  });
});
