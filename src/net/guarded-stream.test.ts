import { afterAll, describe, expect, test } from 'bun:test';
import { cleanUp } from '../../tests/support/cleanup';
import { ManualClock } from '../../tests/support/clock';
import { hang, startSite } from '../../tests/support/site';
import { until } from '../../tests/support/until';
import { systemClock } from '../lib/clock';
import { createGuardedStream, type GuardedStreamDeps } from './guarded-stream';

afterAll(cleanUp);

const guarded = (changes: Partial<GuardedStreamDeps> = {}) =>
  createGuardedStream({
    clock: systemClock,
    userAgent: 'SondeBot/test',
    allow: ['127.0.0.0/8'],
    limits: { headersMs: 5_000, stallMs: 2_000, maxBytes: 1_000 },
    ...changes,
  });
const never = () => new AbortController().signal;

async function read(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function thrownBy(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'nothing was thrown',
    (thrown: unknown) => thrown,
  );
}

/** Sends this much, and then nothing, and says when the client has gone. */
function stalling(begin: string) {
  const gone = { is: false };
  const { url } = startSite({
    '/': (request) => {
      request.signal.addEventListener('abort', () => {
        gone.is = true;
      });
      const start = (controller: ReadableStreamDefaultController) =>
        controller.enqueue(new TextEncoder().encode(begin));
      return new Response(new ReadableStream({ start }));
    },
  });
  return { url, gone };
}

describe('a guarded stream', () => {
  test('sends its JSON and gives what comes, whatever the status', async () => {
    let sent = '';
    const { url, asked } = startSite({
      '/ask': async (request) => {
        sent = `${request.method} ${request.headers.get('authorization')} ${await request.text()}`;
        return new Response('an answer', { status: 503 });
      },
      '/moved': () => Response.redirect('/ask', 307),
      '/list': 'a list',
    });
    const stream = guarded();
    const answer = await stream.post(`${url}/ask`, { a: 'ż' }, { Authorization: 'k' }, never());
    expect(answer.status).toBe(503);
    expect(await read(answer.body)).toBe('an answer');
    expect(sent).toBe('POST k {"a":"ż"}');
    expect((await stream.get(`${url}/moved`, {}, never())).status).toBe(307);
    expect(await read((await stream.get(`${url}/list`, {}, never())).body)).toContain('a list');
    expect(asked).toEqual(['/ask', '/moved', '/list']);
  });

  test('goes to no private address that is not allowed', async () => {
    const { url, asked } = startSite({ '/': 'secret' });
    const refusal = await thrownBy(guarded({ allow: [] }).get(url, {}, never()));
    expect(refusal).toMatchObject({ reason: 'refused' });
    expect(asked).toEqual([]);
  });

  test('waits no longer than it may for the headers', async () => {
    const { url } = startSite({ '/': hang });
    const limits = { headersMs: 30, stallMs: 5_000, maxBytes: 1_000 };
    const late = await thrownBy(guarded({ limits }).get(url, {}, never()));
    expect(late).toMatchObject({ reason: 'timeout' });
  });

  test('ends a body that stalls, and the connection', async () => {
    const clock = new ManualClock();
    const { url, gone } = stalling('begun');
    const { body } = await guarded({ clock }).get(url, {}, never());
    const iterator = body[Symbol.asyncIterator]();
    expect(Buffer.from((await iterator.next()).value).toString()).toBe('begun');
    const stalled = thrownBy(iterator.next());
    clock.advance(2_000);
    expect(await stalled).toMatchObject({ reason: 'timeout' });
    await until('the connection is ended', () => gone.is);
    expect(clock.pending).toBe(0);
  });

  test('takes no more than it may', async () => {
    const { url } = startSite({ '/': () => new Response('x'.repeat(1_001)) });
    const { body } = await guarded().get(url, {}, never());
    expect(await thrownBy(read(body))).toMatchObject({ reason: 'too_large' });
  });

  test('ends with the reason of its signal, and when it is left', async () => {
    for (const leave of ['abort', 'return'] as const) {
      const clock = new ManualClock();
      const { url, gone } = stalling('begun');
      const abort = new AbortController();
      const { body } = await guarded({ clock }).get(url, {}, abort.signal);
      const iterator = body[Symbol.asyncIterator]();
      await iterator.next();
      if (leave === 'return') await iterator.return?.();
      else {
        const reading = thrownBy(iterator.next());
        abort.abort('canceled');
        expect(await reading).toBe('canceled');
      }
      await until('the connection is ended', () => gone.is);
      expect(clock.pending).toBe(0);
    }
  });
});
