import type { Command } from 'commander';
import { createHealth } from '../api/health';
import { readOptions } from '../config/parse';
import { type Core, openCore } from '../core';
import { createFront, type Front } from '../http/front';
import { type Listening, listen } from '../http/listen';
import { EventStreams } from '../http/sse';
import { Fault } from '../lib/fault';
import { version } from '../version';
import { addCommonFlags, type CommonFlags, dataOverride } from './context';
import { type FirstSignIn, firstSignIn } from './first-start';
import { json, note } from './output';
import type { ServeApp } from './serve-app';

/** Whoever waits for the server asks again at once: what follows begins when it has been told. */
const PROBE_MS = 20;

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
  const terminated = terminationAsked();
  const core = openCore(
    readOptions({
      ...dataOverride(flags),
      ...(flags.port === undefined ? {} : { port: flags.port }),
      ...(flags.host === undefined ? {} : { host: flags.host }),
    }),
  );
  const streams = new EventStreams(core.clock);
  const server = openServer(core, streams);
  // Before anything is answered: whoever sees that the server is up may count on its admin.
  const first = await firstSignIn(core);
  const listening = listenOrFault(server.front, core.options);
  announce(core, listening, first);
  if (flags.json) json({ url: listening.url, data: core.options.dataDir });
  try {
    await Promise.race([terminated, Bun.sleep(PROBE_MS)]);
    await goToWork(core, server.front);
    await terminated;
  } finally {
    core.log.info('serve.stopping');
    await core.cron.stop();
    await core.runner.stop();
    streams.closeAll();
    // Chats are canceled, while their hosts can still be told.
    await server.close();
    await core.hosts.stop();
    await listening.stop(core.options.graceMs);
    await core.close();
    core.log.info('serve.stopped');
  }
}

/** What answers, and what it must end with: both are composed once it listens. */
function openServer(core: Core, streams: EventStreams) {
  const health = createHealth({ ...core, version });
  let opened: ServeApp | undefined;
  const front = createFront({
    early: (request) =>
      isHealth(request) ? health().then((dto) => Response.json(dto)) : undefined,
    async compose() {
      // Hosts that come back at once are known, and so are the jobs that they still have.
      await (core.options.runner ? core.hosts.start() : core.hosts.load());
      const { composeServeApp } = await import('./serve-app');
      opened = await composeServeApp({ core, streams, health });
      return opened.app;
    },
  });
  return { front, close: async () => opened?.close() };
}

function isHealth({ method, url }: Request): boolean {
  return method === 'GET' && new URL(url).pathname === '/health';
}

/** What waited for the server to listen; jobs that were committed before wait in the file. */
async function goToWork({ options, runner, cron }: Core, front: Front): Promise<void> {
  await front.ready();
  if (!options.runner) return;
  runner.start();
  await cron.start();
}

function announce({ options, log }: Core, { url }: Listening, first: FirstSignIn | null): void {
  if (first) {
    const link = new URL(first.path, options.baseUrl || url);
    note(`Sign in as ${first.email}, once, within 30 minutes: ${link}`);
  }
  log.info('serve.listening', { url, data: options.dataDir, version });
}

function listenOrFault(front: Front, { host, port }: { host: string; port: number }): Listening {
  try {
    return listen(front, { host, port });
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
function terminationAsked(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}
