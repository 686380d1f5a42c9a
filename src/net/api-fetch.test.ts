import { afterAll, expect, test } from 'bun:test';
import { ManualClock } from '../../tests/support/clock';
import { type Clock, systemClock } from '../lib/clock';
import { createApiFetch } from './api-fetch';
import type { FetchFault } from './fetch-fault';

const stops: (() => unknown)[] = [];
afterAll(() => Promise.all(stops.map((stop) => stop())));

function serve(answer: (request: Request) => Response | Promise<Response>): string {
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: answer });
  stops.push(() => server.stop(true));
  return server.url.href;
}

const apiFetch = (allow = ['127.0.0.1'], clock: Clock = systemClock) =>
  createApiFetch({
    clock,
    userAgent: 'SondeBot/0.1',
    allow,
    limits: { maxBytes: 100, timeoutMs: 5_000, maxRedirects: 5 },
  });
const options = {
  accept: 'application/json',
  maxBytes: 1_000,
  timeoutMs: 10_000,
  signal: new AbortController().signal,
};
const faultOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (thrown: unknown) => thrown as FetchFault,
  );

test('what is sent arrives as JSON, with its headers', async () => {
  const url = serve(async (request) =>
    Response.json([
      request.method,
      request.headers.get('x-key'),
      request.headers.get('content-type'),
      request.headers.get('user-agent'),
      await request.text(),
    ]),
  );
  const headers = { 'X-Key': 'hush' };
  const sent = await apiFetch().request(url, { ...options, headers, json: { q: 'żółw' } });
  expect(JSON.parse(new TextDecoder().decode(sent.bytes))).toEqual([
    'POST',
    'hush',
    'application/json',
    'SondeBot/0.1',
    '{"q":"żółw"}',
  ]);
  const asked = await apiFetch().request(url, options);
  expect(JSON.parse(new TextDecoder().decode(asked.bytes))[0]).toBe('GET');
});

test('a redirect is a failure, so that no key travels', async () => {
  let arrivals = 0;
  const elsewhere = serve(() => {
    arrivals += 1;
    return Response.json({});
  });
  const url = serve(() => Response.redirect(elsewhere, 302));
  const headers = { Authorization: 'Bearer hush' };
  expect((await faultOf(apiFetch().request(url, { ...options, headers })))?.reason).toBe(
    'redirect',
  );
  expect(arrivals).toBe(0);
});

test('a private address is refused, and the operator’s limits hold', async () => {
  const url = serve(() => new Response('x'.repeat(101)));
  expect((await faultOf(apiFetch([]).request(url, options)))?.reason).toBe('refused');
  expect((await faultOf(apiFetch().request(url, options)))?.reason).toBe('too_large');
});

test('a status that is no success is a fault with its Retry-After', async () => {
  const headers = { 'retry-after': '7' };
  const url = serve(() => new Response('no', { status: 429, headers }));
  const fault = await faultOf(apiFetch().request(url, options));
  expect([fault?.status, fault?.retryAfterSeconds]).toEqual([429, 7]);
});

test('what an API says of an error is kept, but not the key that it repeats', async () => {
  const url = serve(() =>
    Response.json({ error: { message: 'no such key: hush-hush' } }, { status: 401 }),
  );
  const headers = { Authorization: 'Bearer hush-hush' };
  const fault = await faultOf(apiFetch().request(url, { ...options, headers }));
  expect([fault?.status, fault?.said]).toEqual([401, 'no such key: …']);
  expect(fault?.message).not.toContain('no such key');
});

test('an error that goes on and on is not waited for', async () => {
  const clock = new ManualClock();
  const url = serve(() => {
    setTimeout(() => clock.advance(2_000), 20);
    return new Response(new ReadableStream({ start: (body) => body.enqueue('begun') }), {
      status: 500,
    });
  });
  const fault = await faultOf(apiFetch(undefined, clock).request(url, options));
  expect([fault?.status, fault?.said]).toEqual([500, null]);
  const endless = serve(() => new Response('no '.repeat(100_000), { status: 500 }));
  expect((await faultOf(apiFetch().request(endless, options)))?.said).toStartWith('no no no');
});
