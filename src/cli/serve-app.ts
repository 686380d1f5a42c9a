import { setImmediate } from 'node:timers/promises';
import type { AnyElysia } from 'elysia';
import type { HealthDto } from '../api/health';
import { healthRoutes } from '../api/health-routes';
import { infrenceModels, infrenceRoutes } from '../api/infrence/routes';
import { infrintiaRoutes } from '../api/infrintia/routes';
import { infrintiaModels } from '../api/infrintia/schemas';
import { jobRoutes } from '../api/jobs';
import { mcpRoutes } from '../api/mcp/http';
import { openaiRoutes } from '../api/openai/routes';
import { openaiModels } from '../api/openai/schemas';
import { research2llmRoutes } from '../api/research2llm/routes';
import { jobModels } from '../api/research2llm/schemas';
import type { Core } from '../core';
import { composeApp } from '../http/app';
import { createRateLimiter } from '../http/limits';
import { describeApi } from '../http/openapi';
import type { EventStreams } from '../http/sse';
import { version } from '../version';
import { openSite, type Site } from '../web/site';

/** Room for the other parts of a multipart body beside the document. */
const MULTIPART_OVERHEAD_BYTES = 1_048_576;

export interface ServeParts {
  core: Core;
  streams: EventStreams;
  health: () => Promise<HealthDto>;
}

export interface ServeApp {
  app: AnyElysia;
  /** Ends the sessions of the Model Context Protocol, and the chats whose clients wait. */
  close(): Promise<void>;
}

/**
 * All that the server answers. A start has no time for it, so it is loaded and composed while the
 * server listens already; between its steps, whoever asks for the health is answered.
 */
export async function composeServeApp(parts: ServeParts): Promise<ServeApp> {
  const { core, streams } = parts;
  const { options, log, clock } = core;
  const perMinute = options.signInRatePerMinute;
  const limiter = perMinute === 0 ? undefined : createRateLimiter({ clock, perMinute });
  const openai = openaiRoutes(core);
  const openApi = () => apiRoutes({ ...parts, limiter, home: site.home, openai: openai.routes });
  const describe = async () => {
    const { own, additions } = await openApi();
    return describeApi({
      routes: own,
      models: infrenceModels,
      additions: {
        routes: additions,
        models: { ...jobModels, ...infrintiaModels, ...openaiModels },
      },
      version,
    });
  };
  const site: Site = openSite({ ...core, streams, limiter, describe });
  const { own, additions } = await openApi();
  const mcp = mcpRoutes({ ...core, baseUrl: options.baseUrl });
  await setImmediate();
  const routes = [...own, ...additions, ...mcp.routes, ...site.routes];
  const app = composeApp({ log, routes, errorPage: site.errorPage });
  await setImmediate();
  app.compile();
  if (!site.hasSecureCookies) {
    log.warn('serve.insecure_cookies', { remedy: 'set SONDE_BASE_URL to an https address' });
  }
  const close = async () => {
    await mcp.closeAll();
    await openai.closeAll();
  };
  return { app, close };
}

interface ApiParts extends ServeParts {
  limiter: ReturnType<typeof createRateLimiter> | undefined;
  home: Site['home'];
  openai: AnyElysia[];
}

/** Of the contract that the description is held to, and beside it. A turn for each dialect. */
async function apiRoutes({ core, streams, health, limiter, home, openai }: ApiParts) {
  const { options } = core;
  const own = infrenceRoutes({
    ...core,
    streams,
    limiter,
    syncWaitMs: options.syncWaitMs,
    maxUploadBytes: options.documentMaxBytes + MULTIPART_OVERHEAD_BYTES,
  });
  await setImmediate();
  const additions = [
    jobRoutes({ ...core, streams, limiter, defaultLanguage: options.language }),
    ...research2llmRoutes(core),
    ...infrintiaRoutes({ ...core, limiter, home }),
    ...openai,
    healthRoutes(health),
  ];
  await setImmediate();
  return { own, additions };
}
