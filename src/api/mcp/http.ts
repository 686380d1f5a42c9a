import { type AnyElysia, Elysia } from 'elysia';
import { readJson } from '../../http/body';
import { type Asked, keyGate } from '../../http/gate';
import type { Keys } from '../../keys/service';
import { checkOrigin } from './origin';
import type { SessionDeps, Sessions } from './sessions';

export interface McpRouteDeps extends SessionDeps {
  keys: Keys;
  /** As users see the server; empty when it is not set. */
  baseUrl: string;
}

export interface McpRoutes {
  routes: AnyElysia[];
  /** Ends every session, and with it what is streamed; jobs go on. */
  closeAll(): Promise<void>;
}

/** The Model Context Protocol over streamable HTTP, for the holder of an API key. */
export function mcpRoutes(deps: McpRouteDeps): McpRoutes {
  const principalOf = keyGate(deps.keys);
  const gate = (asked: Asked) => {
    checkOrigin(asked.request.headers, deps.baseUrl);
    return principalOf(asked);
  };
  let loading: Promise<Sessions> | undefined;
  /** Most servers never speak it: what it takes is loaded for the first who has a key. */
  const sessions = () => {
    loading ??= import('./sessions').then((module) => new module.Sessions(deps));
    return loading;
  };
  const app = new Elysia({ name: 'mcp', normalize: false })
    .onParse(async ({ request, server }) => {
      await gate({ request, server });
      return readJson(request);
    })
    .derive(async ({ request, server }) => ({ principal: await gate({ request, server }) }))
    .post('/mcp', async ({ principal, request, body }) =>
      (await sessions()).handle(principal, request, body),
    )
    .delete('/mcp', async ({ principal, request }) =>
      (await sessions()).handle(principal, request, undefined),
    )
    // A stream for what a server has to say by itself: this one has nothing.
    .get('/mcp', () => new Response(null, { status: 405, headers: { allow: 'POST, DELETE' } }));
  return {
    routes: [app],
    async closeAll() {
      await (await loading)?.closeAll();
    },
  };
}
