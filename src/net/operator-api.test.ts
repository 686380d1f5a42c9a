import { afterAll, afterEach, expect, test } from 'bun:test';
import { createServer, type Socket } from 'node:net';
import { ManualClock } from '../../tests/support/clock';
import { type Clock, systemClock } from '../lib/clock';
import type { FetchFault } from './fetch-fault';
import { createOperatorApi } from './operator-api';

const stops: (() => unknown)[] = [];
afterAll(() => Promise.all(stops.map((stop) => stop())));

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi';

function serve(answer: (request: Request) => Response | Promise<Response>): string {
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: answer });
  stops.push(() => server.stop(true));
  return server.url.href;
}

/** A server that answers each request with what `answer` writes to its connection. */
async function serveRaw(answer: (socket: Socket, count: number) => void) {
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', () => {
      count += 1;
      answer(socket, count);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  stops.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return { url: `http://127.0.0.1:${port}/`, sockets, count: () => count };
}

const operatorApi = (clock: Clock = systemClock) =>
  createOperatorApi({
    clock,
    userAgent: 'SondeBot/0.1',
    limits: { maxBytes: 100, timeoutMs: 5_000 },
  });
const options = {
  accept: 'application/json',
  maxBytes: 1_000,
  timeoutMs: 10_000,
  signal: new AbortController().signal,
};
const textOf = ({ bytes }: { bytes: Uint8Array }) => new TextDecoder().decode(bytes);
const faultOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (thrown: unknown) => thrown as FetchFault,
  );

test('what is sent arrives as JSON, with its headers', async () => {
  const url = serve(async ({ method, headers }) =>
    Response.json([method, headers.get('x-key'), headers.get('content-type')]),
  );
  const headers = { 'X-Key': 'hush' };
  const sent = await operatorApi().request(url, { ...options, headers, json: { q: 'żółw' } });
  expect(JSON.parse(textOf(sent))).toEqual(['POST', 'hush', 'application/json']);
  const asked = await operatorApi().request(url, options);
  expect(JSON.parse(textOf(asked))[0]).toBe('GET');
});

test('a connection is used again', async () => {
  const server = await serveRaw((socket) => socket.write(OK));
  for (let call = 0; call < 3; call += 1) await operatorApi().request(server.url, options);
  expect(server.count()).toBe(3);
  expect(server.sockets.size).toBe(1);
});

test('a call that meets a connection being closed is sent over a new one', async () => {
  const server = await serveRaw((socket, count) => {
    if (count === 2) socket.resetAndDestroy();
    else socket.write(OK);
  });
  await operatorApi().request(server.url, options);
  expect(textOf(await operatorApi().request(server.url, { ...options, json: {} }))).toBe('hi');
  expect(server.count()).toBe(3);
});

test('a call that breaks off later may have been worked on, and is not sent again', async () => {
  const clock = new ManualClock();
  const server = await serveRaw((socket) => {
    clock.advance(1_000);
    socket.resetAndDestroy();
  });
  const fault = await faultOf(operatorApi(clock).request(server.url, { ...options, json: {} }));
  expect(fault?.reason).toBe('connection');
  expect(server.count()).toBe(1);
});

test('a redirect is a failure, so that no key travels', async () => {
  let arrivals = 0;
  const elsewhere = serve(() => {
    arrivals += 1;
    return new Response('');
  });
  const url = serve(() => Response.redirect(elsewhere));
  expect((await faultOf(operatorApi().request(url, options)))?.reason).toBe('redirect');
  expect(arrivals).toBe(0);
});

test('an error says its status, when to come again, and what the API says without the key', async () => {
  const url = serve(() =>
    Response.json(
      { error: 'hush-hush is no key' },
      { status: 429, headers: { 'retry-after': '7' } },
    ),
  );
  const headers = { Authorization: 'Bearer hush-hush' };
  const fault = await faultOf(operatorApi().request(url, { ...options, headers }));
  expect(fault).toMatchObject({ status: 429, retryAfterSeconds: 7, said: '… is no key' });
});

test.each([
  ['an error that goes on and on', 'HTTP/1.1 500 No\r\nContent-Length: 99\r\n\r\nno'],
  ['a redirect with a body', 'HTTP/1.1 302 No\r\nLocation: /\r\nContent-Length: 99\r\n\r\nno'],
  ['an unknown encoding', 'HTTP/1.1 200 OK\r\nContent-Encoding: x\r\nContent-Length: 99\r\n\r\nno'],
])('%s is not received after it was given up', async (_, head) => {
  const clock = new ManualClock();
  const closed = Promise.withResolvers<void>();
  const server = await serveRaw((socket) => {
    socket.on('close', () => closed.resolve());
    socket.write(head, () => setTimeout(() => clock.advance(2_000), 20));
  });
  expect(await faultOf(operatorApi(clock).request(server.url, options))).not.toBeNull();
  await closed.promise;
});

test('a compressed answer is bounded by what it decodes to', async () => {
  const bodies = { small: 'x'.repeat(90), large: 'x'.repeat(10_000_000) };
  const headers = { 'content-encoding': 'gzip' };
  const url = serve(({ url: asked }) => {
    const body = new URL(asked).pathname === '/large' ? bodies.large : bodies.small;
    return new Response(Bun.gzipSync(body), { headers });
  });
  expect(textOf(await operatorApi().request(url, options))).toBe(bodies.small);
  expect((await faultOf(operatorApi().request(`${url}large`, options)))?.reason).toBe('too_large');
});

test('an answer that does not end in time is let go of, and its connection closed', async () => {
  const clock = new ManualClock();
  const closed = Promise.withResolvers<void>();
  const server = await serveRaw((socket) => {
    socket.on('close', () => closed.resolve());
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf', () => clock.advance(5_000));
  });
  const fault = await faultOf(operatorApi(clock).request(server.url, options));
  expect(fault?.reason).toBe('timeout');
  await closed.promise;
});

test('a caller that stops waiting gets its own reason, and the connection is closed', async () => {
  const caller = new AbortController();
  const closed = Promise.withResolvers<void>();
  const server = await serveRaw((socket) => {
    socket.on('close', () => closed.resolve());
    caller.abort('canceled');
  });
  const call = operatorApi().request(server.url, { ...options, signal: caller.signal });
  expect(await faultOf(call)).toBe('canceled' as never);
  await closed.promise;
});

test('nobody at the address, and a name that is none, are told apart', async () => {
  const refused = await faultOf(operatorApi().request('http://127.0.0.1:2/', options));
  expect(refused?.message).toContain('refused the connection');
  const unknown = await faultOf(operatorApi().request('http://nothing.invalid/', options));
  expect(unknown?.reason).toBe('name_not_found');
});

const { HTTP_PROXY } = process.env;
afterEach(() => {
  if (HTTP_PROXY === undefined) delete process.env.HTTP_PROXY;
  else process.env.HTTP_PROXY = HTTP_PROXY;
});

test('a proxy of the environment is not used', async () => {
  const url = serve(() => new Response('hi'));
  process.env.HTTP_PROXY = 'http://127.0.0.1:2';
  expect(textOf(await operatorApi().request(url, options))).toBe('hi');
});
