import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js';
import type { Principal } from '../../http/principal';
import { Fault } from '../../lib/fault';
import type { Chance } from '../../lib/ids';
import type { Caller, McpDeps } from './caller';
import { Conversation } from './conversation';

const IDLE_MS = 30 * 60_000;
const SESSIONS_MAX = 256;
const SESSIONS_OF_KEY_MAX = 16;
const ID_BYTES = 16;

export interface SessionDeps extends McpDeps {
  chance: Chance;
}

interface Session {
  keyId: string;
  /** As the last request with its key was resolved. */
  principal: Principal;
  usedMs: number;
  conversation: Conversation;
  transport: WebStandardStreamableHTTPServerTransport;
}

/**
 * Sessions in memory: without them no client could take a call back. Each belongs to the key that
 * opened it. When there are too many, the one that was quiet longest ends; its client opens another.
 */
export class Sessions {
  #deps: SessionDeps;
  /** In the order of their last use. */
  #byId = new Map<string, Session>();
  #cancelSweep = () => {};

  constructor(deps: SessionDeps) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** `body` is what the request's reader made of it. Throws Fault `not_found` for a session that
   * this key does not have, `invalid_request` without one, and `unavailable` when all are busy. */
  async handle(principal: Principal, request: Request, body: unknown): Promise<Response> {
    const id = request.headers.get('mcp-session-id');
    const session = id === null ? await this.#open(principal, body) : this.#known(id, principal);
    return session.transport.handleRequest(request, { parsedBody: body });
  }

  async closeAll(): Promise<void> {
    this.#cancelSweep();
    for (const { conversation } of this.#byId.values()) await conversation.close();
  }

  #known(id: string, principal: Principal): Session {
    const session = this.#byId.get(id);
    if (!session || session.keyId !== principal.key.id) {
      throw new Fault('not_found', 'no session of this key has this Mcp-Session-Id: initialize', {
        field: 'Mcp-Session-Id',
      });
    }
    session.principal = principal;
    session.usedMs = this.#deps.clock.nowMs();
    this.#byId.delete(id);
    this.#byId.set(id, session);
    return session;
  }

  async #open(principal: Principal, body: unknown): Promise<Session> {
    if (!isInitializeRequest(body)) {
      throw new Fault(
        'invalid_request',
        'send `initialize` first, and then the Mcp-Session-Id that it answers',
        { field: 'Mcp-Session-Id' },
      );
    }
    const keyId = principal.key.id;
    await this.#makeRoom(keyId);
    const { chance, clock } = this.#deps;
    const id = Buffer.from(chance.bytes(ID_BYTES)).toString('hex');
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => id,
    });
    const conversation: Conversation = new Conversation(this.#deps, () => this.#callerOf(session));
    const session: Session = { keyId, principal, usedMs: clock.nowMs(), conversation, transport };
    if (this.#byId.size === 0) this.#sweepLater();
    this.#byId.set(id, session);
    await conversation.open(transport, () => this.#byId.delete(id));
    return session;
  }

  #callerOf({ principal }: Session): Caller {
    const { userId } = principal;
    return {
      userId,
      jobsOf: userId,
      submit: async (request) => (await this.#deps.research.submit(principal, request)).id,
    };
  }

  async #makeRoom(keyId: string): Promise<void> {
    const all = [...this.#byId.values()];
    const own = all.filter((session) => session.keyId === keyId);
    if (own.length >= SESSIONS_OF_KEY_MAX) await endQuietest(own);
    else if (all.length >= SESSIONS_MAX) await endQuietest(all);
  }

  #sweepLater(): void {
    this.#cancelSweep();
    this.#cancelSweep = this.#deps.clock.after(IDLE_MS, () => void this.#sweep());
  }

  async #sweep(): Promise<void> {
    const oldestMs = this.#deps.clock.nowMs() - IDLE_MS;
    for (const { usedMs, conversation } of [...this.#byId.values()]) {
      if (usedMs <= oldestMs && conversation.callCount === 0) await conversation.close();
    }
    if (this.#byId.size > 0) this.#sweepLater();
  }
}

/** `sessions` are in the order of their last use. */
async function endQuietest(sessions: Session[]): Promise<void> {
  const quiet = sessions.find(({ conversation }) => conversation.callCount === 0);
  if (!quiet) {
    throw new Fault('unavailable', 'all MCP sessions are busy: end one, or try again later', {
      retryAfterSeconds: 10,
    });
  }
  await quiet.conversation.close();
}
