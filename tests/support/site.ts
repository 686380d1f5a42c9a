import { onCleanUp } from './cleanup';

export type Answer = (request: Request) => Response | Promise<Response>;

export interface Site {
  url: string;
  /** The paths that were asked for, in order; those of robots.txt and the like are not counted. */
  asked: string[];
}

/** What every site is asked for its rules. */
const RULES = new Set(['/robots.txt', '/.well-known/tdmrep.json']);

/** A web site on loopback; what it does not know is 404, robots.txt among it. */
export function startSite(pages: Record<string, string | Answer>): Site {
  const asked: string[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    idleTimeout: 120,
    fetch(request) {
      const { pathname } = new URL(request.url);
      if (!RULES.has(pathname)) asked.push(pathname);
      const page = pages[pathname];
      if (page === undefined) return new Response('not here', { status: 404 });
      return typeof page === 'string' ? html(page) : page(request);
    },
  });
  onCleanUp(() => server.stop(true));
  return { url: server.url.href.replace(/\/$/, ''), asked };
}

export function html(body: string): Response {
  return new Response(`<!doctype html><title>A page</title><article>${body}</article>`, {
    headers: { 'content-type': 'text/html; charset=utf-8' },
  });
}

/** Never answers; ends when the one who asks goes away. */
export function hang(request: Request): Promise<Response> {
  return new Promise((resolve) => {
    request.signal.addEventListener('abort', () => resolve(new Response('late')));
  });
}
