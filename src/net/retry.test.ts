import { expect, test } from 'bun:test';
import type { Chance } from '../lib/ids';
import { FetchFault } from './fetch-fault';
import { withOneRetry } from './retry';

const chance: Chance = { id: () => '', bytes: () => new Uint8Array(0), fraction: () => 0.5 };

function run(failures: unknown[], signal = new AbortController().signal) {
  const pausesMs: number[] = [];
  let attempts = 0;
  const clock = {
    nowMs: () => 0,
    after(delayMs: number, callback: () => void) {
      pausesMs.push(delayMs);
      queueMicrotask(callback);
      return () => {};
    },
  };
  const attempt = async () => {
    const failure = failures[attempts];
    attempts += 1;
    if (failure !== undefined) throw failure;
    return 'done';
  };
  return {
    result: withOneRetry(attempt, signal, { clock, chance }),
    pausesMs,
    count: () => attempts,
  };
}

const status = (code: number, retryAfterSeconds?: number) =>
  new FetchFault('status', 'failed', {
    status: code,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });

test.each([
  ['429', status(429), 375],
  ['429 with Retry-After', status(429, 2), 2_125],
  ['503', status(503), 375],
  ['a time out', new FetchFault('timeout', 'slow'), 375],
  ['a broken connection', new FetchFault('connection', 'broke'), 375],
])('%s is tried once more, after a pause with jitter', async (_what, failure, pauseMs) => {
  const once = run([failure]);
  expect(await once.result).toBe('done');
  expect(once.pausesMs).toEqual([pauseMs]);
  const twice = run([failure, failure]);
  expect(await twice.result.catch((thrown: unknown) => thrown)).toBe(failure);
  expect(twice.count()).toBe(2);
});

test.each([
  ['404', status(404)],
  ['429 that asks for a long wait', status(429, 3)],
  ['a refused address', new FetchFault('refused', 'private')],
  ['a page that is too large', new FetchFault('too_large', 'large')],
  ['anything else', new Error('bug')],
])('%s is not tried again', async (_what, failure) => {
  const { result, count } = run([failure]);
  expect(await result.catch((thrown: unknown) => thrown)).toBe(failure);
  expect(count()).toBe(1);
});

test('an abort ends the pause', async () => {
  const controller = new AbortController();
  const work = withOneRetry(() => Promise.reject(status(503)), controller.signal, {
    chance,
    clock: {
      nowMs: () => 0,
      after() {
        queueMicrotask(() => controller.abort('canceled'));
        return () => {};
      },
    },
  });
  expect(await work.catch((reason: unknown) => reason)).toBe('canceled');
});
