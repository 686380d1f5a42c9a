import type { Log } from '../../lib/log';
import { BackendFault } from '../backends/fault';
import type { Backend, Usage } from '../backends/types';
import type { Ack, Assignment, Completion, FinishReason, Lease } from '../types';
import { Line, type LineDeps, type Stop } from './line';
import { Outbox } from './outbox';

export interface JobDeps extends LineDeps {
  backend: Backend;
  /** The backend's key, which it may repeat in what it complains of: nobody is told. */
  secret?: string;
  log: Log;
}

/** No token is longer, and no server takes more at once. */
const MAX_DELTA_LENGTH = 16_384;
const TOO_LONG = 'The backend sent more at once than any token has.';

/** How a job ended on this host, and how much it sent. */
export interface JobEnd {
  outcome: 'completed' | 'failed' | Stop;
  pieces: number;
  /** What the backend says went wrong. */
  error: string | null;
  /** True when the server knows that it has ended. */
  isSettled: boolean;
}

interface Whole {
  finish: FinishReason;
  usage?: Usage;
  toolCalls?: unknown[];
  embeddings?: number[][];
}

type Made = Whole | { error: string; retryable: boolean };

/** One assignment, from the backend to the server: what comes while a request is in flight goes with
 * the next one, and the last pieces go with the end. */
export class JobRun {
  readonly fence: number;
  readonly #deps: JobDeps;
  readonly #assignment: Assignment;
  readonly #lease: Lease;
  readonly #line: Line;
  readonly #outbox: Outbox;
  #pieces = 0;

  constructor(deps: JobDeps, assignment: Assignment) {
    const { jobId, fence, leaseMs, nextSeq } = assignment;
    this.fence = fence;
    this.#deps = deps;
    this.#assignment = assignment;
    this.#lease = { jobId, fence };
    this.#line = new Line(deps, this.#lease, leaseMs);
    this.#outbox = new Outbox(nextSeq);
    this.#line.stopped.addEventListener('abort', () => this.#outbox.close(), { once: true });
  }

  giveUp(stop: Stop): void {
    this.#line.giveUp(stop);
  }

  async run(): Promise<JobEnd> {
    const done = new AbortController();
    const renewing = this.#line.renew(done.signal, (ack) => this.#heed(ack));
    const delivering = this.#deliver();
    const made = await this.#make();
    this.#outbox.close();
    await delivering;
    const end = await this.#conclude(made);
    done.abort();
    await renewing;
    return end;
  }

  #heed({ ackSeq, cancel }: Ack): void {
    this.#outbox.drop(ackSeq);
    if (cancel) this.#line.giveUp('canceled');
  }

  /** One request at a time, until the rest fits the one that ends the job. */
  async #deliver(): Promise<void> {
    const outbox = this.#outbox;
    for (;;) {
      await outbox.more();
      await turn();
      if (this.#line.stop) return;
      const batch = outbox.batch();
      if (outbox.isClosed && batch.length === outbox.size) return;
      const ack = await this.#line.insist(() => this.#deps.port.sendPieces(this.#lease, batch));
      if (ack) this.#heed(ack);
    }
  }

  async #make(): Promise<Made> {
    const { backend, log } = this.#deps;
    try {
      if (this.#assignment.request.task === 'embedding') {
        const embedded = await backend.embed(this.#assignment, this.#line.stopped);
        return { finish: 'stop', ...embedded };
      }
      return await this.#generate();
    } catch (thrown) {
      if (thrown instanceof BackendFault) {
        return { error: this.#concealed(thrown.message), retryable: thrown.retryable };
      }
      if (this.#line.stop) return { error: STOPS[this.#line.stop], retryable: true };
      log.error('host.job_failed', { cause: thrown });
      return { error: 'internal error of the host', retryable: true };
    }
  }

  #concealed(text: string): string {
    const { secret = '' } = this.#deps;
    return secret === '' ? text : text.replaceAll(secret, '***');
  }

  async #generate(): Promise<Made> {
    const { maxTokens } = this.#assignment;
    const answer = this.#deps.backend.generate(this.#assignment, this.#line.stopped);
    for await (const part of answer) {
      if ('finish' in part) return part;
      // A backend that does not keep the limit is stopped: nobody pays for more.
      if (this.#pieces >= maxTokens) return { finish: 'length' };
      if (part.delta.length > MAX_DELTA_LENGTH) return { error: TOO_LONG, retryable: true };
      this.#outbox.add(part.delta);
      this.#pieces += 1;
    }
    return { error: 'The backend ended without an end of its answer.', retryable: true };
  }

  async #conclude(made: Made): Promise<JobEnd> {
    const { stop } = this.#line;
    if (stop === 'lost' || stop === 'unreachable') return this.#end(stop, null, stop === 'lost');
    if (stop === null && 'finish' in made) return this.#complete(made);
    const failure =
      stop !== null && stop !== 'canceled'
        ? { error: STOPS[stop], retryable: true }
        : 'error' in made
          ? made
          : { error: STOPS.canceled, retryable: false };
    return this.#fail(failure);
  }

  async #complete({ finish, usage, toolCalls, embeddings }: Whole): Promise<JobEnd> {
    const pieces = this.#outbox.batch();
    const completion: Completion = {
      ...this.#lease,
      finishReason: finish,
      ...(usage ? { usage } : {}),
      ...(pieces.length > 0 ? { pieces } : {}),
      ...(toolCalls ? { toolCalls } : {}),
      ...(embeddings ? { embeddings } : {}),
    };
    const isTold = await this.#told(() => this.#deps.port.complete(completion));
    if (this.#line.stop === 'refused') return this.#fail({ error: STOPS.refused, retryable: true });
    return this.#end(isTold ? 'completed' : (this.#line.stop ?? 'lost'), null, isTold);
  }

  /** What was made so far is sent first: another host goes on from it. */
  async #fail({ error, retryable }: { error: string; retryable: boolean }): Promise<JobEnd> {
    const { port } = this.#deps;
    const { stop } = this.#line;
    const rest = this.#outbox.batch();
    if (rest.length > 0 && (stop === null || stop === 'shutdown')) {
      await this.#line.insist(() => port.sendPieces(this.#lease, rest));
    }
    const isTold = await this.#told(() => port.fail({ ...this.#lease, error, retryable }));
    return this.#end(stop ?? 'failed', stop === null ? error : null, isTold);
  }

  async #told(telling: () => Promise<void>): Promise<boolean> {
    const answer = await this.#line.insist(async () => {
      await telling();
      return true;
    });
    return answer === true || this.#line.stop === 'lost';
  }

  #end(outcome: JobEnd['outcome'], error: string | null, isSettled: boolean): JobEnd {
    return { outcome, pieces: this.#pieces, error, isSettled };
  }
}

/** What arrived together is sent together, the end of the answer included. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const STOPS: Record<Stop, string> = {
  lost: 'The lease is over.',
  canceled: 'The job was canceled.',
  refused: 'The server did not take what this host sent.',
  unreachable: 'The server could not be reached.',
  shutdown: 'The host is shutting down.',
};
