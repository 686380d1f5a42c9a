import { afterAll, expect, test } from 'bun:test';
import { systemClock } from '../lib/clock';
import { createApiFetch } from './api-fetch';
import type { FetchFault } from './fetch-fault';

const stops: (() => unknown)[] = [];
afterAll(() => Promise.all(stops.map((stop) => stop())));

function serve(answer: (request: Request) => Response | Promise<Response>): string {
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: answer });
  stops.push(() => server.stop(true));
  return server.url.href;
}

const apiFetch = (allow = ['127.0.0.1']) =>
  createApiFetch({
    clock: systemClock,
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
