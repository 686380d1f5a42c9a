import { beforeAll, expect, test } from 'bun:test';
import { ManualClock } from '../../tests/support/clock';
import { createPacedApi, createPoliteFetch } from './politeness';
import { createTurns, TooManyWaiting } from './turns';
import type { FetchedPage, GuardedFetch } from './types';

/** Loaded for the first page, which takes longer than a test settles. */
beforeAll(() => import('tldts'));

const settle = () => Bun.sleep(0);

/** A fetch whose pages arrive when the test says so. */
function open(limits = { maxAtOnce: 2, minGapMs: 100 }) {
  const clock = new ManualClock();
  const started: string[] = [];
  const pending = new Map<string, PromiseWithResolvers<FetchedPage>>();
  const fetch: GuardedFetch = {
    get(url) {
      started.push(url);
      const page = Promise.withResolvers<FetchedPage>();
      pending.set(url, page);
      return page.promise;
    },
  };
  const polite = createPoliteFetch({ fetch, clock, ...limits });
  return {
    clock,
    started,
    get: (url: string, signal?: AbortSignal) =>
      polite.get(url, { robots: true, ...(signal ? { signal } : {}) }),
    api: (url: string) => polite.get(url, { robots: false }),
    async finish(url: string) {
      const bytes = new Uint8Array(0);
      pending.get(url)?.resolve({ url, status: 200, contentType: null, bytes });
      await settle();
    },
    async fail(url: string) {
      pending.get(url)?.reject(new Error('broken'));
      await settle();
    },
    async pass(ms: number) {
      clock.advance(ms);
      await settle();
    },
  };
}

test('one site gets so many fetches at once and so many a second, whichever its host', async () => {
  const { started, get, finish, pass, fail } = open();
  const urls = ['https://a.site.example/1', 'https://b.site.example/2', 'http://site.example/3'];
  const work = urls.map((url) => get(url).catch(() => 'failed'));
  await settle();
  expect(started).toEqual(urls.slice(0, 1));
  await pass(99);
  expect(started).toEqual(urls.slice(0, 1));
  await pass(1);
  expect(started).toEqual(urls.slice(0, 2));
  await pass(1_000);
  expect(started).toEqual(urls.slice(0, 2));
  await fail(urls[0]!);
  expect(started).toEqual(urls);
  await finish(urls[1]!);
  await finish(urls[2]!);
  expect(await work[0]).toBe('failed');
});

test('other sites, other ports of an address, and APIs do not wait', async () => {
  const { started, get, api } = open({ maxAtOnce: 1, minGapMs: 1_000 });
  const urls = ['https://one.example/', 'https://two.example/', 'http://127.0.0.1:1/'];
  for (const url of [...urls, 'http://127.0.0.1:2/']) void get(url);
  void api('https://one.example/api');
  await settle();
  expect(started.length).toBe(5);
});

test('who asks for much does not hold up who asks for little', async () => {
  const { started, get, finish, pass } = open({ maxAtOnce: 1, minGapMs: 0 });
  const greedy = new AbortController().signal;
  const modest = new AbortController().signal;
  const page = (name: string) => `https://site.example/${name}`;
  for (const name of ['g1', 'g2', 'g3', 'g4']) void get(page(name), greedy);
  void get(page('m1'), modest);
  void get(page('m2'), modest);
  await settle();
  for (let count = 0; count < 5; count += 1) {
    await finish(started.at(-1)!);
    await pass(0);
  }
  expect(started.map((url) => url.slice(-2))).toEqual(['g1', 'g2', 'm1', 'g3', 'm2', 'g4']);
});

test('an abort ends the waiting at once, and takes no turn', async () => {
  const { started, get, finish } = open({ maxAtOnce: 1, minGapMs: 0 });
  void get('https://site.example/1');
  const controller = new AbortController();
  const waiting = get('https://site.example/2', controller.signal);
  void get('https://site.example/3');
  await settle();
  controller.abort('canceled');
  expect(await waiting.catch((reason: unknown) => reason)).toBe('canceled');
  await finish('https://site.example/1');
  expect(started).toEqual(['https://site.example/1', 'https://site.example/3']);
  const late = get('https://site.example/4', AbortSignal.abort('late'));
  expect(await late.catch((reason: unknown) => reason)).toBe('late');
});

test('beyond the longest queue a turn is refused, and the queue goes on', async () => {
  const turns = createTurns(new ManualClock(), { maxAtOnce: 1, minGapMs: 0, maxWaiting: 1 });
  const end = await turns.take('site', undefined);
  const second = turns.take('site', undefined);
  const third = turns.take('site', undefined);
  expect(await third.catch((thrown: unknown) => thrown)).toBeInstanceOf(TooManyWaiting);
  end();
  (await second)();
  (await turns.take('site', undefined))();
});

test('sites that are done with are forgotten', async () => {
  const clock = new ManualClock();
  const turns = createTurns(clock, { maxAtOnce: 1, minGapMs: 10, maxWaiting: 1 });
  for (let count = 0; count < 5_000; count += 1) {
    (await turns.take(`site ${count}`, undefined))();
    clock.advance(20);
  }
  expect(clock.pending).toBe(0);
  // Not forgotten: one that is at work still has its turn to end.
  await turns.take('busy', undefined);
  for (let count = 0; count < 2_000; count += 1) {
    (await turns.take(`other ${count}`, undefined))();
    clock.advance(20);
  }
  const waiting = turns.take('busy', AbortSignal.timeout(1));
  expect(await waiting.catch(() => 'still waiting')).toBe('still waiting');
});

test('an API with pauses is called once in each', async () => {
  const clock = new ManualClock();
  const callsMs: number[] = [];
  const bytes = new Uint8Array(0);
  const request = async (url: string) => {
    callsMs.push(clock.nowMs());
    return { url, status: 200, contentType: null, bytes };
  };
  const limits = { maxAtOnce: 1, minGapMs: 5_000, maxWaiting: 2 };
  const api = createPacedApi({ request }, { clock, title: 'GDELT', limits });
  const { signal } = new AbortController();
  const options = { accept: '*/*', maxBytes: 1, timeoutMs: 1, signal };
  const startMs = clock.nowMs();
  const work = ['1', '2', '3', '4'].map((url) => api.request(url, options).catch((fault) => fault));
  for (let count = 0; count < 4; count += 1) {
    await settle();
    clock.advance(5_000);
  }
  expect(callsMs.map((ms) => ms - startMs)).toEqual([0, 5_000, 10_000]);
  expect((await Promise.all(work))[3]).toBeInstanceOf(TooManyWaiting);
});
