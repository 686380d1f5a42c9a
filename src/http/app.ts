import { type AnyElysia, Elysia } from 'elysia';
import { localUrl } from '../config/address';
import { assert } from '../lib/assert';
import type { Log } from '../lib/log';
import { presentError } from './errors';

export interface Listening {
  url: string;
  /** Lets requests under way finish, for `graceMs` at the latest. */
  stop(graceMs: number): Promise<void>;
}

export interface AppDeps {
  log: Log;
  routes: AnyElysia[];
  /** Shows a failure to a person; undefined for who wants the problem as it is. */
  errorPage?: (
    request: Request,
    error: unknown,
    problem: Response,
  ) => Promise<Response | undefined>;
}

/** Quiet streams beat every 15 s: this leaves them room. */
const IDLE_TIMEOUT_SECONDS = 60;
const STOP_POLL_MS = 10;

export function composeApp({ log, routes, errorPage }: AppDeps) {
  const app = new Elysia({
    normalize: false,
    serve: {
      // Bodies are capped where they are read, so that a large one is refused in words.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      idleTimeout: IDLE_TIMEOUT_SECONDS,
      // Otherwise a failure outside our own handler answers with a page that shows the source.
      development: false,
    },
  }).onError({ as: 'global' }, async ({ code, error, request }) => {
    const problem = presentError(code, error, log);
    return (await errorPage?.(request, error, problem)) ?? problem;
  });
  assertUnique(routes);
  for (const part of routes) app.use(part);
  return app;
}

export function listen(app: AnyElysia, address: { host: string; port: number }): Listening {
  app.listen({ hostname: address.host, port: address.port });
  const { server } = app;
  assert(server, 'a listening app has a server');
  return {
    url: localUrl(address.host, server.port ?? address.port),
    async stop(graceMs) {
      // Waits for requests, and not for idle connections: the server itself would wait for both.
      void server.stop(false);
      const deadlineMs = Date.now() + graceMs;
      while (server.pendingRequests > 0 && Date.now() < deadlineMs) await Bun.sleep(STOP_POLL_MS);
      await server.stop(true);
    },
  };
}

/**
 * Of two routes with the same method and path one would win silently, and a composed app does not
 * tell: so the parts are looked at.
 */
function assertUnique(parts: AnyElysia[]): void {
  const seen = new Set<string>();
  for (const { method, path } of parts.flatMap((part) => part.routes)) {
    const name = `${method} ${path}`;
    assert(!seen.has(name), `route ${name} is defined once`);
    seen.add(name);
  }
}
