import { afterAll, expect, test } from 'bun:test';
import { cert, key } from '../../tests/support/certificate';
import { systemClock } from '../lib/clock';
import { createAddressPolicy } from './addresses';
import { createFormPost } from './form-post';

const closers: (() => unknown)[] = [];
afterAll(() => Promise.all(closers.map((close) => close())));

const form = new URLSearchParams({ code: 'a b&c', client_secret: 's' });

function post(addresses = ['127.0.0.1']) {
  const policy = createAddressPolicy(['127.0.0.0/8']);
  const resolve = async () => addresses;
  return createFormPost({ clock: systemClock, policy, userAgent: 'SondeBot/0', resolve });
}

function serve(handler: (request: Request) => Response | Promise<Response>, tls = {}) {
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: handler, ...tls });
  closers.push(() => server.stop(true));
  return server.port;
}

test('a form arrives whole, at a vetted address and under the name', async () => {
  const port = serve(async (request) => {
    const got = new URLSearchParams(await request.text());
    const type = request.headers.get('content-type');
    return Response.json([request.headers.get('host'), type, Object.fromEntries(got)]);
  });
  const { status, bytes } = await post()(`http://tokens.example:${port}/token`, form);
  expect(status).toBe(200);
  expect(JSON.parse(new TextDecoder().decode(bytes))).toEqual([
    `tokens.example:${port}`,
    'application/x-www-form-urlencoded',
    { code: 'a b&c', client_secret: 's' },
  ]);
});

test('a name with one address that is not permitted is sent nothing', async () => {
  let asked = 0;
  const port = serve(() => {
    asked += 1;
    return new Response('taken');
  });
  const answer = post(['127.0.0.1', '10.0.0.1'])(`http://tokens.example:${port}/`, form);
  await expect(answer).rejects.toMatchObject({ code: 'fetch_refused' });
  expect(asked).toBe(0);
});

test('a certificate that nobody vouches for is sent nothing', async () => {
  let asked = 0;
  const handler = () => {
    asked += 1;
    return new Response('taken');
  };
  const port = serve(handler, { tls: { cert, key } });
  const answer = post()(`https://tokens.example:${port}/`, form);
  await expect(answer).rejects.toMatchObject({ code: 'fetch_failed' });
  expect(asked).toBe(0);
});

test('a connection that breaks before the answer is told at once', async () => {
  const server = Bun.listen({
    port: 0,
    hostname: '127.0.0.1',
    socket: { data: (socket) => void socket.end() },
  });
  closers.push(() => server.stop(true));
  const answer = post()(`http://tokens.example:${server.port}/`, form);
  await expect(answer).rejects.toMatchObject({ code: 'fetch_failed' });
});
