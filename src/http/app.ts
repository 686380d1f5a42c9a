import { type AnyElysia, Elysia } from 'elysia';
import { assert } from '../lib/assert';
import type { Log } from '../lib/log';
import { nothingHere, presentError } from './errors';

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

export function composeApp({ log, routes, errorPage }: AppDeps) {
  const app = new Elysia({ normalize: false })
    .onRequest(({ request }) => expectText(request.url))
    .onError({ as: 'global' }, async ({ code, error, request }) => {
      const problem = presentError(code, error, log);
      return (await errorPage?.(request, error, problem)) ?? problem;
    });
  assertUnique(routes);
  for (const part of routes) app.use(part);
  return app;
}

/** A parameter whose escapes are no UTF-8 would reach its route as null. */
function expectText(url: string): void {
  if (!url.includes('%')) return;
  try {
    decodeURIComponent(new URL(url).pathname);
  } catch {
    throw nothingHere();
  }
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
