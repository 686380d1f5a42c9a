// Loads the protocol's library, which takes its time and its memory: only imported once it is needed.
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
  type ServerNotification,
  type ServerRequest,
  type Tool as ToolDescription,
} from '@modelcontextprotocol/sdk/types.js';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv';
import { Fault, publicMessage } from '../../lib/fault';
import { version } from '../../version';
import type { Caller, McpDeps, ToolCall } from './caller';
import { instructions, tools } from './tools';

const CALLS_MAX = 32;

/** Without our own keyword. */
const descriptions = tools.map(
  ({ run: _, ...description }): ToolDescription =>
    JSON.parse(
      JSON.stringify(description, (key, value) => (key === 'expects' ? undefined : value)),
    ),
);
const byName = new Map(tools.map((tool) => [tool.name, tool]));
/** Of use for questions to the client, which we never ask; else each server makes one. */
const jsonSchemaValidator = new AjvJsonSchemaValidator();

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** One client's session, over any transport. */
export class Conversation {
  #deps: McpDeps;
  #caller: () => Caller;
  #isOpen = true;
  #callCount = 0;
  #server: Server;

  /** `caller` is asked at every call: what a key may do can change while its session goes on. */
  constructor(deps: McpDeps, caller: () => Caller) {
    this.#deps = deps;
    this.#caller = caller;
    // The other class wants its inputs described in a library of its own; ours are JSON Schema.
    this.#server = new Server(
      { name: 'sonde', title: 'Sonde', version },
      { capabilities: { tools: {} }, instructions, jsonSchemaValidator },
    );
    this.#server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: descriptions }));
    this.#server.setRequestHandler(CallToolRequestSchema, ({ params }, extra) =>
      this.#call(params.name, params.arguments ?? {}, extra),
    );
  }

  /** Calls of tools that have not been answered yet. */
  get callCount(): number {
    return this.#callCount;
  }

  /** `onClosed` is called once, whoever ends it. */
  async open(transport: Transport, onClosed: () => void): Promise<void> {
    transport.onclose = () => {
      // Before the calls are aborted: none of them was taken back.
      this.#isOpen = false;
      onClosed();
    };
    await this.#server.connect(transport);
  }

  /** Jobs go on. */
  close(): Promise<void> {
    return this.#server.close();
  }

  async #call(name: string, input: unknown, extra: Extra): Promise<CallToolResult> {
    const tool = byName.get(name);
    if (!tool) {
      throw new McpError(ErrorCode.InvalidParams, `there is no tool ${name}: see tools/list`);
    }
    this.#callCount += 1;
    try {
      if (this.#callCount > CALLS_MAX) throw tooMany();
      const answer = await tool.run(this.#deps, this.#caller(), input, this.#toolCall(extra));
      return {
        content: [{ type: 'text', text: JSON.stringify(answer) }],
        structuredContent: { ...answer },
      };
    } catch (thrown) {
      return refusal(thrown, this.#deps);
    } finally {
      this.#callCount -= 1;
    }
  }

  #toolCall(extra: Extra): ToolCall {
    const progressToken = extra._meta?.progressToken;
    let progress = 0;
    return {
      signal: extra.signal,
      isCanceled: () => extra.signal.aborted && this.#isOpen,
      async report(message) {
        if (progressToken === undefined) return;
        progress += 1;
        const params = { progressToken, progress, message };
        // A client whose connection broke misses it, and loses nothing: the answer says it all.
        await extra
          .sendNotification({ method: 'notifications/progress', params })
          .catch(() => undefined);
      },
    };
  }
}

function tooMany(): Fault {
  return new Fault(
    'rate_limited',
    `over ${CALLS_MAX} calls of tools are under way in this session: wait for one to end`,
  );
}

/** What went wrong, in words for the model that called. */
function refusal(thrown: unknown, { log }: Pick<McpDeps, 'log'>): CallToolResult {
  if (!(thrown instanceof Fault)) log.error('mcp.internal_error', { error: thrown });
  else if (thrown.cause !== undefined)
    log.warn('mcp.fault', { code: thrown.code, cause: thrown.cause });
  return { isError: true, content: [{ type: 'text', text: publicMessage(thrown) }] };
}
