import type { Queue } from '../../jobs/queue';
import type { Clock } from '../../lib/clock';
import type { Log } from '../../lib/log';
import type { Library } from '../../library/service';
import type { Research } from '../../research/service';
import type { ResearchRequest } from '../../research/types';

/** What the tools work with. */
export interface McpDeps {
  research: Research;
  queue: Queue;
  library: Library;
  clock: Clock;
  log: Log;
}

/** On whose behalf a tool runs, and what that lets it reach. */
export interface Caller {
  /** Whose library is searched. */
  userId: string;
  /** Whose jobs may be seen; null for everybody's. */
  jobsOf: string | null;
  /** Accepts a job that will be performed, and resolves to its id. Throws as `Research.submit`. */
  submit(request: ResearchRequest): Promise<string>;
}

/** One call of a tool, while it lasts. */
export interface ToolCall {
  /** Nobody waits for the answer any more. */
  signal: AbortSignal;
  /** The client took the call back: more than that its connection ended. */
  isCanceled(): boolean;
  /** Says what happens, if the client wants to know. */
  report(message: string): Promise<void>;
}
