import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib';
import { cert, key } from '../../tests/support/certificate';
import { systemClock } from '../lib/clock';
import { Fault } from '../lib/fault';
import { FetchFault } from './fetch-fault';
import { createGuardedFetch, type GuardedFetchDeps } from './guarded-fetch';
import type { FetchOptions } from './types';

const LIMITS = { maxBytes: 1_000_000, timeoutMs: 5_000, maxRedirects: 3 };
const NO_ROBOTS: FetchOptions = { robots: false };
const closers: (() => unknown)[] = [];
afterAll(() => Promise.all(closers.map((close) => close())));

function guarded(changes: Partial<GuardedFetchDeps> = {}) {
  return createGuardedFetch({
    clock: systemClock,
    userAgent: 'SondeBot/0.1 (+https://example.org/bot)',
    allow: ['127.0.0.0/8'],
    limits: LIMITS,
    resolve: async () => ['127.0.0.1'],
    ...changes,
  });
}

function serve(handler: (request: Request) => Response | Promise<Response>) {
  const requests: string[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch(request) {
      requests.push(new URL(request.url).pathname);
      return handler(request);
    },
  });
  closers.push(() => server.stop(true));
  return { port: server.port, requests };
}

/** A server below HTTP, for what a well-behaved one would not send. */
async function serveRaw(answer: (socket: Socket, path: string) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', (head) => answer(socket, String(head).split(' ')[1] ?? ''));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as { port: number }).port;
}

async function faultOf(work: Promise<unknown>): Promise<FetchFault> {
  const thrown = await work.then(
    () => 'nothing was thrown',
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(FetchFault);
  return thrown as FetchFault;
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe('a page', () => {
  test('is fetched by its name from the vetted address, with Host and without cookies', async () => {
    const { port } = serve((request) => Response.json(Object.fromEntries(request.headers)));
    const url = `http://pages.invalid:${port}/a?b=c#fragment`;
    const page = await guarded().get(url, { robots: false, accept: 'application/json' });
    expect(page.url).toBe(`http://pages.invalid:${port}/a?b=c`);
    expect(page.status).toBe(200);
    expect(page.contentType).toContain('application/json');
    expect(JSON.parse(text(page.bytes))).toEqual({
      host: `pages.invalid:${port}`,
      'user-agent': 'SondeBot/0.1 (+https://example.org/bot)',
      accept: 'application/json',
      'accept-encoding': 'gzip, deflate, br, zstd',
      connection: 'close',
    });
  });

  test('over TLS is fetched under its name only, and no proxy of the environment is asked', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sonde-net-'));
    closers.push(() => rm(folder, { recursive: true }));
    await Bun.write(join(folder, 'ca.pem'), cert);
    const server = Bun.serve({
      port: 0,
      tls: { cert, key },
      fetch: (request) => new Response(`secure ${request.headers.get('host')}`),
    });
    closers.push(() => server.stop(true));
    const script = `
      import { createGuardedFetch } from ${JSON.stringify(join(import.meta.dir, 'guarded-fetch'))};
      import { systemClock } from ${JSON.stringify(join(import.meta.dir, '../lib/clock'))};
      const { get } = createGuardedFetch({ clock: systemClock, userAgent: 'x', allow: ['127.0.0.1'],
        limits: ${JSON.stringify(LIMITS)}, resolve: async () => ['127.0.0.1'] });
      for (const name of ['good.invalid', 'evil.invalid', 'good.invalid.']) {
        const said = await get('https://' + name + ':${server.port}/', { robots: false }).then(
          (page) => new TextDecoder().decode(page.bytes), (fault) => fault.message);
        process.stdout.write(said + '\\n');
      }`;
    const child = Bun.spawn([process.execPath, '-e', script], {
      env: {
        ...process.env,
        NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
        HTTPS_PROXY: 'http://127.0.0.1:9',
        https_proxy: 'http://127.0.0.1:9',
      },
      stderr: 'inherit',
    });
    expect((await new Response(child.stdout).text()).split('\n')).toEqual([
      `secure good.invalid:${server.port}`,
      'evil.invalid has no valid certificate for its name, so its answer cannot be trusted.',
      `secure good.invalid:${server.port}`,
      '',
    ]);
  });

  test('owns its memory, so that it can be handed to another thread', async () => {
    const { port } = serve(() => new Response('small'));
    const { bytes } = await guarded().get(`http://127.0.0.1:${port}/`, NO_ROBOTS);
    expect(bytes.byteLength).toBe(bytes.buffer.byteLength);
  });

  test.each([
    ['gzip', gzipSync('content')],
    ['x-gzip', gzipSync('content')],
    ['deflate', deflateSync('content')],
    ['deflate', deflateRawSync('content')],
    ['br', brotliCompressSync('content')],
    ['zstd', zstdCompressSync('content')],
    ['gzip, br', brotliCompressSync(gzipSync('content'))],
    ['identity', Buffer.from('content')],
  ])('encoded as %s is decoded', async (encoding, body) => {
    const { port } = serve(() => new Response(body, { headers: { 'content-encoding': encoding } }));
    const page = await guarded().get(`http://127.0.0.1:${port}/`, NO_ROBOTS);
    expect(text(page.bytes)).toBe('content');
  });

  test('that is empty may claim any encoding', async () => {
    const port = await serveRaw((socket) =>
      socket.end('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n'),
    );
    const page = await guarded().get(`http://127.0.0.1:${port}/`, NO_ROBOTS);
    expect(page.bytes.length).toBe(0);
  });

  test.each([
    ['gzip', gzipSync('content').subarray(0, 15)],
    ['gzip', Buffer.from('<html>no gzip at all')],
    ['br', Buffer.from('<html>no brotli at all')],
    ['compress', Buffer.from('x')],
    ['gzip, gzip, gzip', gzipSync(gzipSync(gzipSync('content')))],
  ])('with a damaged or unknown %s encoding fails', async (encoding, body) => {
    const { port } = serve(() => new Response(body, { headers: { 'content-encoding': encoding } }));
    const fault = await faultOf(guarded().get(`http://127.0.0.1:${port}/`, NO_ROBOTS));
    expect([fault.code, fault.reason]).toEqual(['fetch_failed', 'encoding']);
  });
});

describe('the address check', () => {
  test('refuses every spelling of a private address before anything is sent', async () => {
    const { port, requests } = serve(() => new Response('secret'));
    const hosts = [
      ['127.0.0.1', '127.1', '127.0.1', '2130706433', '0x7f000001', '0x7f.1', '0177.0.0.1'],
      ['017700000001', '127.0.0.1.', '127.0.0.1..', '%31%32%37.0.0.1', '127%2e0%2e0%2e1'],
      ['127。0。0。1', '１２７.0.0.1', '①②⑦.0.0.1', '0', '0.0.0.0', '[::]', '[::1]'],
      ['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[0:0:0:0:0:ffff:7f00:1]'],
      ['[64:ff9b::7f00:1]', '[64:ff9b:1::7f00:1]', '[2002:7f00:1::]', '[2001:0:7f00:1::]'],
      ['localhost', 'LOCALHOST', 'localhost.', 'ⓛocalhost', 'a.localhost', 'a.b.localhost..'],
      ['169.254.169.254', '0xa9fea9fe', '100.100.100.200', '168.63.129.16', '[fd00:ec2::254]'],
      ['10.0.0.1', '172.16.0.1', '192.168.1.1', '100.64.0.1', '198.18.0.1', '192.0.2.1'],
      ['224.0.0.1', '255.255.255.255', '240.0.0.1', '[fe80::1]', '[fc00::1]', '[ff02::1]'],
    ].flat();
    const { get } = guarded({
      allow: [],
      resolve: () => Promise.reject(new Error('must not be asked')),
    });
    for (const host of hosts) {
      const fault = await faultOf(get(`http://${host}:${port}/`, NO_ROBOTS));
      expect([host, fault.code, fault.reason]).toEqual([host, 'fetch_refused', 'refused']);
      expect(fault.message).toContain('SONDE_FETCH_ALLOW');
    }
    expect(requests).toEqual([]);
  });

  test.each([
    'http://[fe80::1%25eth0]/',
    'http://256.1.1.1/',
    'http://1.2.3.4.5/',
    'http://٣.0.0.1/',
    'http:///',
    'nonsense',
    'ftp://example.org/',
    'file:///etc/passwd',
    'data:text/plain,hello',
    'http://user:secret@example.org/',
    'http://user@example.org/',
    'http://example.org:22/',
    'http://example.org:6379/',
  ])('refuses %p', async (url) => {
    const fault = await faultOf(guarded().get(url, NO_ROBOTS));
    expect(fault.code).toBe('fetch_refused');
    expect(fault.message).not.toContain('secret');
  });

  test('refuses an address of more than 8,192 characters', async () => {
    const url = `http://example.org/${'a'.repeat(8_192)}`;
    expect((await faultOf(guarded().get(url, NO_ROBOTS))).code).toBe('fetch_refused');
  });

  test('refuses a name with one forbidden address among public ones, and keeps it to itself', async () => {
    const { get } = guarded({ allow: [], resolve: async () => ['93.184.216.34', '10.7.7.7'] });
    const fault = await faultOf(get('http://mixed.invalid/', NO_ROBOTS));
    expect(fault.code).toBe('fetch_refused');
    expect(fault.message).toContain('mixed.invalid resolves to a private address');
    expect(fault.message).not.toContain('10.7.7.7');
  });

  test('refuses a resolver that answers with what is no address', async () => {
    for (const answer of ['', 'localhost', 'fe80::1%eth0', '127.1', '0x7f.1']) {
      const { get } = guarded({ resolve: async () => [answer] });
      expect((await faultOf(get('http://odd.invalid/', NO_ROBOTS))).code).toBe('fetch_refused');
    }
  });

  test('connects to the address that was vetted, although the name means another one by then', async () => {
    const { port, requests } = serve(() => new Response('public'));
    const answers = [['127.0.0.1'], ['10.0.0.1']];
    let asked = 0;
    const { get } = guarded({ resolve: async () => answers[asked++] ?? [] });
    const url = `http://rebinding.invalid:${port}/`;
    expect(text((await get(url, NO_ROBOTS)).bytes)).toBe('public');
    expect([asked, requests.length]).toEqual([1, 1]);
    expect((await faultOf(get(url, NO_ROBOTS))).code).toBe('fetch_refused');
    expect(requests.length).toBe(1);
  });

  test('tries the next vetted address when one does not answer', async () => {
    const { port } = serve(() => new Response('second'));
    const { get } = guarded({ resolve: async () => ['127.0.0.9', '127.0.0.1'] });
    expect(text((await get(`http://two.invalid:${port}/`, NO_ROBOTS)).bytes)).toBe('second');
  });

  test('lets localhost through when its address is allowed', async () => {
    const { port } = serve(() => new Response('local'));
    const { get } = guarded({ resolve: () => Promise.reject(new Error('must not be asked')) });
    expect(text((await get(`http://localhost:${port}/`, NO_ROBOTS)).bytes)).toBe('local');
  });
});

describe('a redirect', () => {
  const { port, requests } = serve((request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === '/to') {
      return new Response(null, {
        status: 302,
        headers: { location: searchParams.get('x') ?? '' },
      });
    }
    if (pathname === '/loop') return Response.redirect('/loop2', 301);
    if (pathname === '/loop2') return Response.redirect('/loop', 307);
    const step = /^\/chain(\d+)$/.exec(pathname);
    if (step) {
      return new Response(null, {
        status: 308,
        headers: { location: `chain${Number(step[1]) + 1}` },
      });
    }
    return new Response(`at ${decodeURIComponent(pathname)}`);
  });
  const to = (location: string) =>
    `http://pages.invalid:${port}/to?x=${encodeURIComponent(location)}`;

  test('is followed when it is relative, and the page says where it ended', async () => {
    const page = await guarded().get(to('sub/../page?q=1#part'), NO_ROBOTS);
    expect([page.url, text(page.bytes)]).toEqual([
      `http://pages.invalid:${port}/page?q=1`,
      'at /page',
    ]);
  });

  test('with unescaped UTF-8 in its address is followed', async () => {
    const raw = await serveRaw((socket, path) =>
      socket.end(
        path === '/'
          ? 'HTTP/1.1 302 Found\r\nLocation: /café\r\nContent-Length: 0\r\n\r\n'
          : `HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`,
      ),
    );
    const page = await guarded().get(`http://127.0.0.1:${raw}/`, NO_ROBOTS);
    expect(text(page.bytes)).toBe('/caf%C3%A9');
  });

  test.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[::ffff:169.254.169.254]/',
    '//10.0.0.1/',
    'http://0x0a000001/',
    'http://internal.invalid/',
    'file:///etc/passwd',
    'http://user:secret@pages.invalid/',
  ])('to %s is refused', async (location) => {
    const { get } = guarded({
      resolve: async (name) => [name === 'internal.invalid' ? '10.0.0.1' : '127.0.0.1'],
    });
    expect((await faultOf(get(to(location), NO_ROBOTS))).code).toBe('fetch_refused');
  });

  test.each(['', 'http://', 'http://256.256.256.256/'])('to %p fails', async (location) => {
    const fault = await faultOf(guarded().get(to(location), NO_ROBOTS));
    expect([fault.code, fault.reason]).toEqual(['fetch_failed', 'redirect']);
  });

  test('in a circle ends at its second visit', async () => {
    requests.length = 0;
    const fault = await faultOf(guarded().get(`http://pages.invalid:${port}/loop`, NO_ROBOTS));
    expect([fault.code, fault.reason]).toEqual(['fetch_failed', 'redirect']);
    expect(requests).toEqual(['/loop', '/loop2']);
  });

  test('after the last that is followed is not followed', async () => {
    requests.length = 0;
    const fault = await faultOf(guarded().get(`http://pages.invalid:${port}/chain0`, NO_ROBOTS));
    expect([fault.code, fault.reason]).toEqual(['fetch_failed', 'redirect']);
    expect(requests.length).toBe(LIMITS.maxRedirects + 1);
  });
});

describe('a limit', () => {
  test.each([
    ['gzip', gzipSync(Buffer.alloc(100_000_000))],
    ['br', brotliCompressSync(Buffer.alloc(100_000_000))],
    ['zstd', zstdCompressSync(Buffer.alloc(100_000_000))],
    ['gzip, gzip', gzipSync(gzipSync(Buffer.alloc(100_000_000)))],
  ])('of size stops a %s bomb before it is inflated', async (encoding, bomb) => {
    const { port } = serve(() => new Response(bomb, { headers: { 'content-encoding': encoding } }));
    Bun.gc(true);
    const before = process.memoryUsage().rss;
    const fault = await faultOf(
      guarded().get(`http://127.0.0.1:${port}/`, { robots: false, maxBytes: 100_000 }),
    );
    expect([fault.code, fault.reason]).toEqual(['fetch_failed', 'too_large']);
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
  });

  test('of size counts bytes, not what the header claims, and an endless body ends', async () => {
    const port = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      const more = () => {
        while (!socket.destroyed && socket.write(Buffer.alloc(65_536)));
      };
      socket.on('drain', more);
      more();
    });
    const fault = await faultOf(guarded().get(`http://127.0.0.1:${port}/`, NO_ROBOTS));
    expect(fault.reason).toBe('too_large');
  });

  test('of size lets exactly that many bytes through', async () => {
    const { port } = serve(() => new Response('12345'));
    const { get } = guarded();
    const url = `http://127.0.0.1:${port}/`;
    expect((await get(url, { robots: false, maxBytes: 5 })).bytes.length).toBe(5);
    const fault = await faultOf(get(url, { robots: false, maxBytes: 4 }));
    expect(fault.reason).toBe('too_large');
  });

  test('of a caller cannot exceed the operator’s', async () => {
    const { port } = serve(() => new Response('12345'));
    const { get } = guarded({ limits: { ...LIMITS, maxBytes: 4 } });
    const fault = await faultOf(
      get(`http://127.0.0.1:${port}/`, { robots: false, maxBytes: 1_000 }),
    );
    expect(fault.reason).toBe('too_large');
  });

  test('of headers holds', async () => {
    const port = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      for (let n = 0; n < 100; n += 1) socket.write(`X-${n}: ${'a'.repeat(1_000)}\r\n`);
      socket.end('Content-Length: 2\r\n\r\nhi');
    });
    const fault = await faultOf(guarded().get(`http://127.0.0.1:${port}/`, NO_ROBOTS));
    expect([fault.code, fault.reason]).toEqual(['fetch_failed', 'connection']);
    expect(fault.message).toContain('headers');
  });

  test.each([
    ['before its headers', () => {}],
    ['in its headers', (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\nX: ')],
    [
      'in its body',
      (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi'),
    ],
  ])('of time ends a host that stalls %s', async (_where, answer) => {
    const port = await serveRaw(answer);
    const fault = await faultOf(
      guarded().get(`http://127.0.0.1:${port}/`, { robots: false, timeoutMs: 40 }),
    );
    expect([fault.code, fault.reason]).toEqual(['fetch_failed', 'timeout']);
  });

  test('of time ends a resolver that stalls', async () => {
    const { get } = guarded({ resolve: () => new Promise(() => {}) });
    const fault = await faultOf(get('http://slow.invalid/', { robots: false, timeoutMs: 20 }));
    expect(fault.reason).toBe('timeout');
  });

  test('of time is one for all redirects together', async () => {
    let fire = () => {};
    const clock = {
      nowMs: () => 0,
      after: (_delayMs: number, callback: () => void) => {
        fire = callback;
        return () => {};
      },
    };
    const { port } = serve((request) => {
      if (new URL(request.url).pathname === '/slow') {
        fire();
        return new Promise(() => {});
      }
      return new Response(null, { status: 302, headers: { location: '/slow' } });
    });
    const fault = await faultOf(guarded({ clock }).get(`http://127.0.0.1:${port}/`, NO_ROBOTS));
    expect(fault.reason).toBe('timeout');
  });

  test('set by the caller’s signal ends the exchange with the caller’s reason', async () => {
    const controller = new AbortController();
    const reason = new Error('canceled');
    let closed = () => {};
    const hungUp = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const port = await serveRaw((socket) => {
      socket.on('close', closed);
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi');
      controller.abort(reason);
    });
    const work = guarded().get(`http://127.0.0.1:${port}/`, {
      robots: false,
      signal: controller.signal,
    });
    expect(await work.catch((thrown: unknown) => thrown)).toBe(reason);
    await hungUp;
    const late = guarded().get('http://127.0.0.1/', { robots: false, signal: controller.signal });
    expect(await late.catch((thrown: unknown) => thrown)).toBe(reason);
  });
});

describe('a host that answers badly', () => {
  test.each([301, 304, 404, 410, 500])('with status %d fails with that status', async (status) => {
    const { port } = serve(() => new Response(null, { status }));
    const fault = await faultOf(guarded().get(`http://127.0.0.1:${port}/`, NO_ROBOTS));
    expect([fault.code, fault.status]).toEqual(['fetch_failed', status]);
  });

  test.each([
    ['7', 7],
    ['Thu, 01 Jan 1970 00:02:00 GMT', 60],
    ['Thu, 01 Jan 1970 00:00:01 GMT', 0],
    ['999999999', 86_400],
    ['soon', undefined],
    ['-5', undefined],
  ])('with Retry-After %p passes it on in seconds', async (header, seconds) => {
    const { port } = serve(
      () => new Response(null, { status: 503, headers: { 'retry-after': header } }),
    );
    const clock = { ...systemClock, nowMs: () => 60_000 };
    const fault = await faultOf(guarded({ clock }).get(`http://127.0.0.1:${port}/`, NO_ROBOTS));
    expect(fault.retryAfterSeconds).toBe(seconds);
  });

  test.each([
    ['nothing', ''],
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['half a body', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhi'],
    ['half a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhi'],
    ['an upgrade', 'HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
  ])('with %s fails as a broken connection', async (_what, answer) => {
    const port = await serveRaw((socket) => socket.end(answer));
    const fault = await faultOf(guarded().get(`http://127.0.0.1:${port}/`, NO_ROBOTS));
    expect([fault.code, fault.reason]).toEqual(['fetch_failed', 'connection']);
  });

  test('with a certificate that nobody vouches for fails', async () => {
    const server = Bun.serve({ port: 0, tls: { cert, key }, fetch: () => new Response('secure') });
    closers.push(() => server.stop(true));
    const url = `https://good.invalid:${server.port}/`;
    const fault = await faultOf(guarded().get(url, NO_ROBOTS));
    expect([fault.code, fault.reason]).toEqual(['fetch_failed', 'connection']);
    expect(fault.message).toContain('certificate');
  });

  test('by not being there fails as a refused connection or an unknown name', async () => {
    const port = await serveRaw(() => {});
    const { get } = guarded({ resolve: () => Promise.reject(new Error('ENOTFOUND')) });
    expect((await faultOf(get('http://nowhere.invalid/', NO_ROBOTS))).reason).toBe(
      'name_not_found',
    );
    expect((await faultOf(get(`http://127.0.0.2:${port}/`, NO_ROBOTS))).reason).toBe('connection');
  });
});

describe('robots.txt', () => {
  const ROBOTS = 'User-agent: SondeBot\nDisallow: /no';

  test('is read through the same guard, and forbids a page before it is asked for', async () => {
    const { port, requests } = serve((request) =>
      new URL(request.url).pathname === '/robots.txt' ? new Response(ROBOTS) : new Response('page'),
    );
    const { get } = guarded();
    const base = `http://pages.invalid:${port}`;
    const fault = await faultOf(get(`${base}/no/page`, { robots: true }));
    expect(fault.code).toBe('fetch_refused');
    expect(fault.message).toContain('robots.txt of pages.invalid');
    expect(text((await get(`${base}/yes`, { robots: true })).bytes)).toBe('page');
    expect(requests).toEqual(['/robots.txt', '/yes']);
    expect(text((await get(`${base}/no`, NO_ROBOTS)).bytes)).toBe('page');
  });

  test('of the host that a redirect leads to is asked, too', async () => {
    const end = serve((request) =>
      new URL(request.url).pathname === '/robots.txt' ? new Response(ROBOTS) : new Response('page'),
    );
    const start = serve((request) =>
      new URL(request.url).pathname === '/robots.txt'
        ? new Response(null, { status: 404 })
        : Response.redirect(`http://end.invalid:${end.port}/no`, 302),
    );
    const fault = await faultOf(
      guarded().get(`http://start.invalid:${start.port}/`, { robots: true }),
    );
    expect(fault.message).toContain('robots.txt of end.invalid');
    expect(end.requests).toEqual(['/robots.txt']);
  });

  test('that redirects is read at its end; one that leads to a private address forbids', async () => {
    const moved = serve((request) => {
      const { pathname } = new URL(request.url);
      if (pathname === '/robots.txt') return Response.redirect('/moved.txt', 301);
      return pathname === '/moved.txt' ? new Response(ROBOTS) : new Response('page');
    });
    const { get } = guarded();
    const fault = await faultOf(get(`http://moved.invalid:${moved.port}/no`, { robots: true }));
    expect(fault.message).toContain('does not allow SondeBot');

    const bad = serve(() => Response.redirect('http://169.254.169.254/', 302));
    const refused = await faultOf(get(`http://bad.invalid:${bad.port}/`, { robots: true }));
    expect(refused.code).toBe('fetch_refused');
    expect(bad.requests).toEqual(['/robots.txt']);
  });

  test('is cut off, not failed, when it is too large', async () => {
    const large = `${ROBOTS}\n${'# padding padding padding\n'.repeat(40_000)}`;
    const { port } = serve((request) =>
      new URL(request.url).pathname === '/robots.txt' ? new Response(large) : new Response('page'),
    );
    const { get } = guarded();
    expect(text((await get(`http://127.0.0.1:${port}/`, { robots: true })).bytes)).toBe('page');
    expect((await faultOf(get(`http://127.0.0.1:${port}/no`, { robots: true }))).code).toBe(
      'fetch_refused',
    );
  });

  test('goes on for others when one who waits for it gives up', async () => {
    let answer = (_: Response) => {};
    const waiting = new Promise<Response>((resolve) => {
      answer = resolve;
    });
    const asked = Promise.withResolvers<void>();
    const { port, requests } = serve((request) => {
      if (new URL(request.url).pathname !== '/robots.txt') return new Response('page');
      asked.resolve();
      return waiting;
    });
    const controller = new AbortController();
    const { get } = guarded();
    const url = `http://127.0.0.1:${port}/`;
    const first = get(url, { robots: true, signal: controller.signal }).catch((e: unknown) => e);
    const second = get(url, { robots: true });
    await asked.promise;
    controller.abort('canceled');
    expect(await first).toBe('canceled');
    answer(new Response(ROBOTS));
    expect(text((await second).bytes)).toBe('page');
    expect(requests).toEqual(['/robots.txt', '/']);
  });
});

test('an allow list with an entry that is no range is refused, with its name', () => {
  for (const entry of [
    '10.0.0.0/33',
    '10.0.0',
    'localhost',
    '',
    '::ffff:10.0.0.0/104',
    '1.2.3.4/8/8',
  ]) {
    let thrown: unknown;
    try {
      guarded({ allow: [entry] });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(Fault);
    expect((thrown as Fault).field).toBe('SONDE_FETCH_ALLOW');
  }
});
