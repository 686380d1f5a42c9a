import type { Command } from 'commander';
import { readOptions } from '../config/parse';
import { Fault } from '../lib/fault';
import { json, line } from './output';

const TIMEOUT_MS = 3_000;

export function addHealthCommand(program: Command): void {
  program
    .command('health')
    .description('ask the server on this machine whether it is up (for container health checks)')
    .option('--port <n>', 'port of the server (SONDE_PORT)')
    .option('--json', 'print JSON of a stable shape')
    .action(async (flags: { port?: string; json?: boolean }) => {
      const { port } = readOptions(flags.port === undefined ? {} : { port: flags.port });
      const url = `http://127.0.0.1:${port}/health`;
      const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
        (cause: unknown) => {
          throw new Fault(
            'unavailable',
            `no server answers at ${url}: start one with \`sonde serve\``,
            { cause },
          );
        },
      );
      const body = (await answer.json()) as { status: string };
      if (!answer.ok)
        throw new Fault('unavailable', `the server at ${url} answers ${answer.status}`);
      if (flags.json) json(body);
      else line(body.status);
    });
}
