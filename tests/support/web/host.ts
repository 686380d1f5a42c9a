import { createServer, type Socket } from 'node:net';
import { onCleanUp } from '../cleanup';

export type Page = Response | ((request: Request) => Response | Promise<Response>);

/** One host of the local web, under a name below `localhost` that leads to loopback. */
export interface Host {
  /** Without a slash at its end. */
  origin: string;
  /** The paths that were asked for, in order. */
  asked: string[];
  url(path: string): string;
}

/** A host of its own server; what it does not know is 404, robots.txt among it. */
export function startHost(name: string, pages: Record<string, Page>): Host {
  const asked: string[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    idleTimeout: 120,
    async fetch(request): Promise<Response> {
      const { pathname } = new URL(request.url);
      asked.push(pathname);
      const page = pages[pathname];
      if (page === undefined) return new Response('not here', { status: 404 });
      return (typeof page === 'function' ? await page(request) : page.clone()) as Response;
    },
  });
  onCleanUp(() => server.stop(true));
  return hostOf(name, server.port ?? 0, asked);
}

/** A host below HTTP, for what no well-behaved server sends. robots.txt is not there. */
export async function startRawHost(
  name: string,
  answer: (socket: Socket, path: string) => void,
): Promise<Host> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', (head) => {
      const path = String(head).split(' ')[1] ?? '';
      asked.push(path);
      const isOurs = path === '/robots.txt' || path.startsWith('/.well-known/');
      if (isOurs) socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
      else answer(socket, path);
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  onCleanUp(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return hostOf(name, (server.address() as { port: number }).port, asked);
}

function hostOf(name: string, port: number, asked: string[]): Host {
  const origin = `http://${name}.localhost:${port}`;
  return { origin, asked, url: (path) => `${origin}${path}` };
}

export function text(body: string, headers: Record<string, string> = {}): Response {
  return new Response(body, { headers: { 'content-type': 'text/plain', ...headers } });
}

export function bytes(body: Uint8Array, headers: Record<string, string>): Response {
  return new Response(new Uint8Array(body), { headers });
}

export function redirect(location: string): Response {
  return new Response(null, { status: 302, headers: { location } });
}

/** Never answers; ends when the one who asks goes away. */
export function hang(request: Request): Promise<Response> {
  return new Promise((resolve) => {
    request.signal.addEventListener('abort', () => resolve(new Response('late')));
  });
}
