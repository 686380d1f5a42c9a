import type { Command } from 'commander';
import type { AnyElysia } from 'elysia';
import { healthRoutes } from '../api/health';
import { infrenceModels, infrenceRoutes } from '../api/infrence/routes';
import { jobRoutes } from '../api/jobs';
import { mcpRoutes } from '../api/mcp/http';
import { research2llmRoutes } from '../api/research2llm/routes';
import { jobModels } from '../api/research2llm/schemas';
import { readOptions } from '../config/parse';
import { type Core, openCore } from '../core';
import { composeApp, type Listening, listen } from '../http/app';
import { createRateLimiter, type RateLimiter } from '../http/limits';
import { describeApi } from '../http/openapi';
import { EventStreams } from '../http/sse';
import { Fault } from '../lib/fault';
import { version } from '../version';
import { openSite } from '../web/site';
import { addCommonFlags, type CommonFlags, dataOverride } from './context';
import { firstSignIn } from './first-start';
import { json, note } from './output';

/** Room for the other parts of a multipart body beside the document. */
const MULTIPART_OVERHEAD_BYTES = 1_048_576;

interface ServeFlags extends CommonFlags {
  port?: string;
  host?: string;
}

export function addServeCommand(program: Command): void {
  addCommonFlags(
    program
      .command('serve')
      .description('run the server until SIGTERM')
      .option('--port <n>', 'port to listen on; 0 takes a free one (SONDE_PORT)')
      .option('--host <address>', 'address to listen on (SONDE_HOST)'),
  ).action(serve);
}

async function serve(flags: ServeFlags): Promise<void> {
  const core = openCore(
    readOptions({
      ...dataOverride(flags),
      ...(flags.port === undefined ? {} : { port: flags.port }),
      ...(flags.host === undefined ? {} : { host: flags.host }),
    }),
  );
  const streams = new EventStreams(core.clock);
  const mcp = mcpRoutes({ ...core, baseUrl: core.options.baseUrl });
  const listening = await start(core, streams, mcp.routes);
  if (flags.json) json({ url: listening.url, data: core.options.dataDir });
  await terminated();
  core.log.info('serve.stopping');
  await core.cron.stop();
  await core.runner.stop();
  streams.closeAll();
  await mcp.closeAll();
  await listening.stop(core.options.graceMs);
  await core.close();
  core.log.info('serve.stopped');
}

async function start(
  core: Core,
  streams: EventStreams,
  undescribed: AnyElysia[],
): Promise<Listening> {
  const { options, log, clock } = core;
  const perMinute = options.signInRatePerMinute;
  const limiter = perMinute === 0 ? undefined : createRateLimiter({ clock, perMinute });
  const describe = () => {
    const { own, additions } = apiRoutes(core, streams, limiter);
    return describeApi({
      routes: own,
      models: infrenceModels,
      additions: { routes: additions, models: jobModels },
      version,
    });
  };
  const { own, additions } = apiRoutes(core, streams, limiter);
  const site = openSite({ ...core, streams, limiter, describe });
  const app = composeApp({
    log,
    routes: [...own, ...additions, ...undescribed, ...site.routes],
    errorPage: site.errorPage,
  });
  // Before anything is answered: whoever sees that the server is up may count on its admin.
  const first = await firstSignIn(core);
  const listening = listenOrFault(app, options);
  if (options.runner) {
    core.runner.start();
    await core.cron.start();
  }
  if (first) {
    const link = new URL(first.path, options.baseUrl || listening.url);
    note(`Sign in as ${first.email}, once, within 30 minutes: ${link}`);
  }
  if (!site.hasSecureCookies) {
    log.warn('serve.insecure_cookies', { remedy: 'set SONDE_BASE_URL to an https address' });
  }
  log.info('serve.listening', { url: listening.url, data: options.dataDir, version });
  return listening;
}

/** Of the contract that the description is held to, and beside it. */
function apiRoutes(core: Core, streams: EventStreams, limiter: RateLimiter | undefined) {
  const { options, queue, clock } = core;
  return {
    own: infrenceRoutes({
      ...core,
      streams,
      limiter,
      syncWaitMs: options.syncWaitMs,
      maxUploadBytes: options.documentMaxBytes + MULTIPART_OVERHEAD_BYTES,
    }),
    additions: [
      jobRoutes({ ...core, defaultLanguage: options.language }),
      ...research2llmRoutes(core),
      healthRoutes({ queue, clock, version }),
    ],
  };
}

function listenOrFault(
  app: Parameters<typeof listen>[0],
  { host, port }: { host: string; port: number },
): Listening {
  try {
    return listen(app, { host, port });
  } catch (cause) {
    throw new Fault(
      'unavailable',
      `cannot listen on ${host}:${port}: another program may have it; choose with --port`,
      {
        field: 'port',
        cause,
      },
    );
  }
}

/** SIGTERM of a supervisor, SIGINT of a terminal. A second one ends the process at once. */
function terminated(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}
