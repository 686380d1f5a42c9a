import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { BINARY, type Environment } from './binary';
import { onCleanUp } from './cleanup';

export type Agent = Awaited<ReturnType<typeof agentOver>>;

export interface ToolAnswer {
  isError: boolean;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test says by its assertions what it expects
  json: any;
}

/** The protocol's own client, over any transport. */
async function agentOver(transport: Transport) {
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(transport);
  onCleanUp(() => client.close());
  return {
    client,
    async call(
      name: string,
      args: Record<string, unknown>,
      options?: RequestOptions,
    ): Promise<ToolAnswer> {
      const answer = await client.callTool({ name, arguments: args }, undefined, options);
      const [first] = answer.content as { text: string }[];
      return {
        isError: answer.isError === true,
        text: first?.text ?? '',
        json: answer.structuredContent,
      };
    },
  };
}

export function agentOverHttp(url: string, key: string, headers: Record<string, string> = {}) {
  return agentOver(
    new StreamableHTTPClientTransport(new URL('/mcp', url), {
      requestInit: { headers: { authorization: `Bearer ${key}`, ...headers } },
    }),
  );
}

/** Starts the binary as a client's settings would. */
export async function agentOverStdio(data: string, args: string[] = [], env: Environment = {}) {
  const transport = new StdioClientTransport({
    command: BINARY,
    args: ['mcp', '--data', data, ...args],
    env: { PATH: process.env.PATH ?? '', SONDE_WEB: 'off', SONDE_LOG_LEVEL: 'info', ...env },
    stderr: 'pipe',
  });
  let log = '';
  transport.stderr?.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const agent = await agentOver(transport);
  return { ...agent, pid: transport.pid, log: () => log };
}
