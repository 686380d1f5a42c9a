import { describe, expect, test } from 'bun:test';
import { type AnyElysia, Elysia, t } from 'elysia';
import { ManualClock } from '../../tests/support/clock';
import { recordingLog } from '../../tests/support/log';
import { Fault } from '../lib/fault';
import { composeApp } from './app';
import { readJson } from './body';
import { EventStreams, lastEventId, type StreamEvent } from './sse';

function appOver(...routes: AnyElysia[]) {
  const log = recordingLog();
  return { app: composeApp({ log, routes }), log };
}

const get = (path: string) => new Request(`http://localhost${path}`);

describe('errors', () => {
  test('a Fault is a problem with its code, its field and its own words', async () => {
    const { app } = appOver(
      new Elysia().get('/', () => {
        throw new Fault('insufficient_credits', 'this needs 50 credits', { field: 'mode' });
      }),
    );
    const answer = await app.handle(get('/'));
    expect(answer.status).toBe(402);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({
      status: 402,
      code: 'insufficient_credits',
      detail: 'this needs 50 credits',
      field: 'mode',
    });
  });

  test('what is no Fault is logged and not shown', async () => {
    const { app, log } = appOver(
      new Elysia().get('/', () => {
        throw new Error('SELECT secret FROM user');
      }),
    );
    const answer = await app.handle(get('/'));
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('SELECT');
    expect(log.records).toMatchObject([{ level: 'error', event: 'http.internal_error' }]);
    expect(String(log.records[0]?.fields.error)).toContain('SELECT secret');
  });

  test('a value of the wrong type is refused by the name of its field', async () => {
    const { app } = appOver(
      new Elysia().get('/', () => 'ok', { query: t.Object({ limit: t.Numeric() }) }),
    );
    const answer = await app.handle(get('/?limit=many'));
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'invalid_request', field: 'limit' });
  });

  test('a route that is defined twice fails the start', () => {
    const one = new Elysia().get('/', () => 'one');
    const two = new Elysia().get('/', () => 'two');
    expect(() => appOver(one, two)).toThrow('route GET / is defined once');
  });
});

describe('JSON bodies', () => {
  const post = (body: string) => new Request('http://localhost/', { method: 'POST', body });

  test('a body over the limit is refused', async () => {
    expect(readJson(post(`"${'x'.repeat(1_048_576)}"`))).rejects.toMatchObject({
      code: 'too_large',
    });
  });

  test('a body that nests too deep is refused', async () => {
    const body = '['.repeat(65) + ']'.repeat(65);
    expect(readJson(post(body))).rejects.toMatchObject({ code: 'invalid_request' });
    expect(await readJson(post('['.repeat(64) + ']'.repeat(64)))).toBeArray();
  });

  test('what is no JSON is refused', async () => {
    expect(readJson(post('{"question": '))).rejects.toMatchObject({ code: 'invalid_request' });
  });
});

describe('event streams', () => {
  async function* events(): AsyncGenerator<StreamEvent> {
    yield { id: 1, type: 'plan', data: '{"n":1}' };
    yield { id: 2, type: 'done', data: '{"n":2}' };
  }

  test('each event has its id, and the stream ends with the last one', async () => {
    const text = await new EventStreams(new ManualClock()).open(events).text();
    expect(text).toBe(
      ': beat\n\nid: 1\nevent: plan\ndata: {"n":1}\n\nid: 2\nevent: done\ndata: {"n":2}\n\n',
    );
  });

  test('texts that are frames already are written as they are, each at once', async () => {
    const answer = new EventStreams(new ManualClock()).openText(async function* () {
      yield 'id: 1\ndata: a\n\nid: 2\ndata: b\n\n';
      yield 'data: [DONE]\n\n';
    });
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    const written: (string | undefined)[] = [];
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read())
      written.push(chunk.value);
    expect(written).toEqual([
      ': beat\n\n',
      'id: 1\ndata: a\n\nid: 2\ndata: b\n\n',
      'data: [DONE]\n\n',
    ]);
  });

  test('a reader that takes nothing is read nothing for, and goes on where it was', async () => {
    const clock = new ManualClock();
    let made = 0;
    const answer = new EventStreams(clock).openText(async function* () {
      for (; made < 100; made += 1) yield 'x'.repeat(100_000);
    });
    const reader = answer.body!.getReader();
    await reader.read();
    await new Promise((resolve) => setImmediate(resolve));
    expect(made).toBeLessThan(10);
    clock.advance(60_000);
    let length = 0;
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read())
      length += chunk.value.length;
    expect([made, length]).toEqual([100, 10_000_000]);
  });

  test('a reader that leaves while it is waited for ends the stream', async () => {
    const clock = new ManualClock();
    const { promise: left, resolve } = Promise.withResolvers<void>();
    const answer = new EventStreams(clock).openText(async function* () {
      try {
        for (;;) yield 'x'.repeat(1_000_000);
      } finally {
        resolve();
      }
    });
    const reader = answer.body!.getReader();
    await reader.read();
    await new Promise((next) => setImmediate(next));
    await reader.cancel();
    await left;
    expect(clock.pending).toBe(0);
  });

  test('a quiet stream beats', async () => {
    const clock = new ManualClock();
    const reader = new EventStreams(clock)
      .open(async function* () {
        await new Promise(() => {});
        yield* events();
      })
      .body!.getReader();
    await reader.read();
    clock.advance(15_000);
    expect(new TextDecoder().decode((await reader.read()).value)).toBe(': beat\n\n');
    await reader.cancel();
  });

  test('a reader that leaves ends what is read for it', async () => {
    const clock = new ManualClock();
    const { promise: left, resolve } = Promise.withResolvers<void>();
    const stream = new EventStreams(clock).open(async function* (signal) {
      signal.addEventListener('abort', () => resolve());
      yield* events();
      await new Promise(() => {});
    });
    await stream.body!.cancel();
    await left;
    expect(clock.pending).toBe(0);
  });

  test('closing all ends every stream, though its events go on', async () => {
    const streams = new EventStreams(new ManualClock());
    const answer = streams.open(async function* (signal) {
      yield* events();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    const reader = answer.body!.getReader();
    await reader.read();
    streams.closeAll();
    let isDone = false;
    while (!isDone) isDone = (await reader.read()).done;
    expect(isDone).toBe(true);
  });

  test('Last-Event-ID that is no number is refused', () => {
    expect(lastEventId(new Headers())).toBe(0);
    expect(lastEventId(new Headers({ 'last-event-id': '7' }))).toBe(7);
    expect(() => lastEventId(new Headers({ 'last-event-id': 'x' }))).toThrow('Last-Event-ID');
  });
});
