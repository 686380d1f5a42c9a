import type { Command } from 'commander';
import type { Caller } from '../api/mcp/caller';
import type { Core } from '../core';
import type { Asker } from '../keys/types';
import { Fault } from '../lib/fault';
import type { ResearchRequest } from '../research/types';
import { withCore } from './context';

interface McpFlags {
  data?: string;
  key?: string;
}

export function addMcpCommand(program: Command): void {
  program
    .command('mcp')
    .description('serve agents over standard input and output (Model Context Protocol)')
    .option('--data <dir>', 'data folder (SONDE_DATA)')
    .option('--key <key>', 'the API key that asks and pays; the operator pays nothing')
    .action(mcp);
}

/** Until standard input ends. Standard output carries the protocol and nothing else. */
async function mcp(flags: McpFlags): Promise<void> {
  await withCore(flags, async (core) => {
    const { Conversation } = await import('../api/mcp/conversation');
    const { StdioServerTransport } = await import('@modelcontextprotocol/sdk/server/stdio.js');
    const jobs = new JobsHere(core);
    const caller = await callerOf(core, jobs, flags.key);
    const conversation = new Conversation(core, () => caller);
    const closed = Promise.withResolvers<void>();
    await conversation.open(new StdioServerTransport(), closed.resolve);
    await Promise.race([inputEnded(), closed.promise]);
    await conversation.close();
    await jobs.stop();
  });
}

async function callerOf(core: Core, jobs: JobsHere, key: string | undefined): Promise<Caller> {
  const asker = key === undefined ? null : await askerOf(core, key);
  const { userId } = asker ?? { userId: (await core.accounts.operator()).id };
  return {
    userId,
    jobsOf: asker && userId,
    submit: (request) =>
      jobs.submit(asker ?? { userId, key: null }, request, { isGranted: asker === null }),
  };
}

async function askerOf({ keys }: Core, plaintext: string): Promise<Asker> {
  const holder = await keys.authenticate(plaintext);
  if (holder?.status !== 'active') {
    throw new Fault('unauthenticated', 'this --key is not in force: see `sonde key list`', {
      field: 'key',
    });
  }
  return { userId: holder.userId, key: { id: holder.keyId, isCapped: holder.hasSpendCap } };
}

/** The jobs of this process: no server need run beside it, and none takes them over. */
class JobsHere {
  #core: Core;
  #performing = new Map<string, Promise<void>>();

  constructor(core: Core) {
    this.#core = core;
  }

  async submit(
    asker: Asker,
    request: ResearchRequest,
    { isGranted }: { isGranted: boolean },
  ): Promise<string> {
    const { research, runner, options, log } = this.#core;
    const { leaseMs } = options;
    const job = await research.submitClaimed(asker, request, { leaseMs, isGranted });
    const performed = runner
      .perform(job)
      .then(
        () => {},
        (cause: unknown) => log.error('mcp.job_failed', { cause }),
      )
      .finally(() => this.#performing.delete(job.id));
    this.#performing.set(job.id, performed);
    return job.id;
  }

  /** Each job ends with the best that it has so far. */
  async stop(): Promise<void> {
    for (const id of this.#performing.keys()) await this.#core.queue.requestCancel(id);
    await Promise.all(this.#performing.values());
  }
}

function inputEnded(): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ['end', 'close']) process.stdin.once(event, () => resolve());
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}
