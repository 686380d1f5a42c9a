import type { Server } from 'bun';
import { localUrl } from '../config/address';

/** Whatever answers requests: a composed app, or the front before it. */
export interface Answering {
  fetch(request: Request): Response | Promise<Response>;
  /** Set while it listens: it knows where a request came from. */
  server: Server<unknown> | null;
}

export interface Listening {
  url: string;
  /** Lets requests under way finish, for `graceMs` at the latest. */
  stop(graceMs: number): Promise<void>;
}

/** Quiet streams beat every 15 s: this leaves them room. */
const IDLE_TIMEOUT_SECONDS = 60;
const STOP_POLL_MS = 10;

export function listen(answering: Answering, address: { host: string; port: number }): Listening {
  const server = Bun.serve({
    hostname: address.host,
    port: address.port,
    // Bodies are capped where they are read, so that a large one is refused in words.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    idleTimeout: IDLE_TIMEOUT_SECONDS,
    // Otherwise a failure outside our own handler answers with a page that shows the source.
    development: false,
    fetch: (request) => answering.fetch(request),
  });
  answering.server = server;
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
