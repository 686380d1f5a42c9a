import type { Fault } from '../../lib/fault';
import type { Completion } from '../types';

/** So many of the longest last pieces fit a body that a server takes. */
const MAX_ENDS = 32;

interface Waiting {
  completion: Completion;
  resolve(): void;
  reject(reason: unknown): void;
}

/**
 * Jobs that end in one turn of the event loop are told to the server in one request. Those with
 * more than pieces, which have no such bound, go by themselves.
 */
export class Ends {
  readonly #tell: (completions: Completion[]) => Promise<(Fault | null)[]>;
  #waiting: Waiting[] = [];

  /** `tell` answers, in their order, which of them the server refused. */
  constructor(tell: (completions: Completion[]) => Promise<(Fault | null)[]>) {
    this.#tell = tell;
  }

  /** Throws the Fault of this job, or that of the request. */
  add(completion: Completion): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { completion, resolve, reject };
    if (completion.embeddings ?? completion.toolCalls) {
      void this.#send([waiting]);
      return promise;
    }
    this.#waiting.push(waiting);
    if (this.#waiting.length === 1) setImmediate(() => this.#flush());
    return promise;
  }

  #flush(): void {
    while (this.#waiting.length > 0) void this.#send(this.#waiting.splice(0, MAX_ENDS));
  }

  async #send(batch: Waiting[]): Promise<void> {
    try {
      const refusals = await this.#tell(batch.map(({ completion }) => completion));
      for (const [index, { resolve, reject }] of batch.entries()) {
        const refusal = refusals[index];
        if (refusal) reject(refusal);
        else resolve();
      }
    } catch (thrown) {
      for (const { reject } of batch) reject(thrown);
    }
  }
}
