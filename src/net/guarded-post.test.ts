import { afterAll, describe, expect, test } from 'bun:test';
import { cleanUp } from '../../tests/support/cleanup';
import { hang, startSite } from '../../tests/support/site';
import { systemClock } from '../lib/clock';
import { FetchFault } from './fetch-fault';
import { createGuardedPost, type GuardedPostDeps } from './guarded-post';

afterAll(cleanUp);

const guarded = (changes: Partial<GuardedPostDeps> = {}) =>
  createGuardedPost({
    clock: systemClock,
    userAgent: 'SondeBot/test',
    allow: ['127.0.0.0/8'],
    limits: { headBytes: 100, timeoutMs: 5_000 },
    resolve: async () => ['127.0.0.1'],
    ...changes,
  });

const message = (body = '', signal = new AbortController().signal) => ({
  headers: { 'Content-Type': 'application/json' },
  body: new TextEncoder().encode(body),
  signal,
});
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

async function thrownBy(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'nothing was thrown',
    (thrown: unknown) => thrown,
  );
}

describe('a post', () => {
  test('sends its bytes and headers by its name to the vetted address', async () => {
    let body = '';
    let headers = {};
    const { url } = startSite({
      '/hook': async (request) => {
        body = await request.text();
        headers = Object.fromEntries(request.headers);
        return new Response('taken');
      },
    });
    const { port } = new URL(url);
    const sent = `{"city":"Łódź","pad":"${'x'.repeat(300_000)}"}`;
    const answer = await guarded().post(`http://hooks.invalid:${port}/hook`, message(sent));
    expect(answer).toMatchObject({ status: 200, retryAfterSeconds: undefined });
    expect(text(answer.head)).toBe('taken');
    expect(body).toBe(sent);
    expect(headers).toEqual({
      host: `hooks.invalid:${port}`,
      'content-type': 'application/json',
      'user-agent': 'SondeBot/test',
      'accept-encoding': 'identity',
      'content-length': String(new TextEncoder().encode(sent).length),
      connection: 'close',
    });
  });

  test('answers every status, and follows no redirect', async () => {
    const { url, asked } = startSite({
      '/moved': () => new Response(null, { status: 308, headers: { location: '/found' } }),
      '/busy': () => new Response('later', { status: 503, headers: { 'retry-after': '90' } }),
    });
    expect((await guarded().post(`${url}/moved`, message())).status).toBe(308);
    expect(asked).toEqual(['/moved']);
    const busy = await guarded().post(`${url}/busy`, message());
    expect(busy).toMatchObject({ status: 503, retryAfterSeconds: 90 });
    expect(text(busy.head)).toBe('later');
  });

  test('is answered by its status, though the rest never comes', async () => {
    const start = (controller: ReadableStreamDefaultController) =>
      controller.enqueue(new TextEncoder().encode('taken'));
    const { url } = startSite({ '/hook': () => new Response(new ReadableStream({ start })) });
    const { post } = guarded({ limits: { headBytes: 100, timeoutMs: 1_000 } });
    expect((await post(`${url}/hook`, message())).status).toBe(200);
  });

  test('asks DNS each time, and is refused when one of the addresses is private', async () => {
    const { url, asked } = startSite({ '/hook': 'taken' });
    const { port } = new URL(url);
    const answers = [['127.0.0.1'], ['127.0.0.1', '10.0.0.1']];
    const { post } = guarded({ resolve: async () => answers.shift() ?? [] });
    const hook = `http://hooks.invalid:${port}/hook`;
    expect((await post(hook, message())).status).toBe(200);
    expect(await thrownBy(post(hook, message()))).toMatchObject({ reason: 'refused' });
    expect(asked).toHaveLength(1);
  });

  test('ends with its time, and with the reason of its signal', async () => {
    const { url } = startSite({ '/hook': hang });
    const hasty = guarded({ limits: { headBytes: 100, timeoutMs: 50 } });
    const late = await thrownBy(hasty.post(`${url}/hook`, message()));
    expect(late).toBeInstanceOf(FetchFault);
    expect(late).toMatchObject({ reason: 'timeout' });
    const abort = new AbortController();
    const thrown = thrownBy(guarded().post(`${url}/hook`, message('', abort.signal)));
    abort.abort('shutdown');
    expect(await thrown).toBe('shutdown');
  });
});
