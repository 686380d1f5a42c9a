import { Fault } from '../lib/fault';
import { heardOf } from './hosted-models';
import { freshDeltas, leaseIsOver } from './pieces';
import { ParkedPoll } from './poll';
import type { PoolHost } from './pool-host';
import type { PooledJob, Work } from './pooled-job';
import type {
  Ack,
  Assignment,
  Completion,
  Failure,
  HostModel,
  HostPort,
  Lease,
  Piece,
} from './types';
import type { Ending, WorkDeps, Works } from './work';

export interface HostPortDeps extends WorkDeps {
  works: Works;
}

/** A sign of life is written down this often: restarts are rarer. */
const KEEP_SIGN_MS = 60_000;
/** For jobs that are being assigned when a host asks and will not wait: a commit takes far less. */
const ASSIGNING_MS = 1_000;
const MAX_ERROR_LENGTH = 1_000;

/** What one host does, as itself. */
export class PooledHostPort implements HostPort {
  #deps: HostPortDeps;
  #host: PoolHost;

  constructor(deps: HostPortDeps, host: PoolHost) {
    this.#deps = deps;
    this.#host = host;
  }

  async nextJobs(
    { max, waitMs }: { max: number; waitMs: number },
    signal: AbortSignal,
  ): Promise<Assignment[]> {
    const { pool, clock, assigning } = this.#deps;
    const host = this.#host;
    if (pool.isClosing) throw isClosing();
    this.#seen();
    host.isLeaving = false;
    host.poll?.end();
    const late = this.#undelivered(max);
    if (late.length > 0 || max === 0) return late;
    const poll = new ParkedPoll(clock, host, max);
    host.pollBegins(poll);
    assigning.deliverAgain(host);
    assigning.serve(host);
    const isAssigning = poll.room < max;
    if (waitMs === 0 && !isAssigning) poll.end();
    else poll.park(Math.max(waitMs, isAssigning ? ASSIGNING_MS : 0), signal);
    const assignments = await poll.answer;
    host.seenMs = clock.nowMs();
    return assignments;
  }

  sendPieces(lease: Lease, pieces: Piece[]): Promise<Ack> {
    return this.#inTurn(
      lease,
      async (job, work) => {
        await this.#deps.works.accept(job, work, pieces);
        return ackOf(job);
      },
      () => this.#afterEnd(lease),
    );
  }

  complete(completion: Completion): Promise<void> {
    const { works } = this.#deps;
    return this.#inTurn(
      completion,
      async (job, work) => {
        const lacking = lackOf(job, completion);
        if (lacking) await works.lose(job, work, lacking);
        else await works.end(job, work, endingOf(job, completion));
      },
      async () => {
        // A repetition whose first answer was lost.
        if ((await this.#whatBecame(completion)).state !== 'done') throw leaseIsOver();
      },
    );
  }

  fail(failure: Failure): Promise<void> {
    const { works } = this.#deps;
    const error = failure.error.slice(0, MAX_ERROR_LENGTH);
    return this.#inTurn(
      failure,
      (job, work) =>
        failure.retryable ? works.lose(job, work, error) : works.failForGood(job, work, error),
      async () => {
        await this.#whatBecame(failure);
      },
    );
  }

  async renew(lease: Lease, waitMs: number, signal: AbortSignal): Promise<Ack> {
    const { pool, works } = this.#deps;
    const ack = await this.#inTurn(
      lease,
      async (job, work) => {
        await works.renew(job, work);
        return ackOf(job);
      },
      () => this.#afterEnd(lease),
    );
    const job = pool.jobs.get(lease.jobId);
    if (ack.cancel || waitMs === 0 || !job) return ack;
    await this.#untilOver(job, lease, waitMs, signal);
    return { ...ackOf(job), cancel: isOver(job, lease) };
  }

  async heartbeat({
    gpuUtilization,
    models,
  }: {
    gpuUtilization: number | null;
    models: HostModel[] | null;
  }): Promise<void> {
    this.#host.seenMs = this.#deps.clock.nowMs();
    await this.#sign(gpuUtilization, models);
    this.#deps.assigning.serve(this.#host);
  }

  async drain(): Promise<void> {
    this.#host.isLeaving = true;
    this.#host.poll?.end();
  }

  /** In the job's turn, if the host has it under this lease; the lease is proven by each write. */
  #inTurn<T>(
    lease: Lease,
    step: (job: PooledJob, work: Work) => Promise<T>,
    otherwise: () => Promise<T>,
  ): Promise<T> {
    const job = this.#deps.pool.jobs.get(lease.jobId);
    if (!job) return otherwise();
    return job.inTurn(() => {
      const { work } = job;
      const isHeld = work?.host === this.#host && work.fence === lease.fence;
      return isHeld ? step(job, work) : otherwise();
    });
  }

  /** Of a job that this host does not have: it ended, another has it, or it never was. */
  async #whatBecame({ jobId, fence }: Lease) {
    const row = await this.#deps.store.read.get(jobId);
    if (!row) throw new Fault('not_found', `there is no job ${jobId}`);
    if (row.hostId !== this.#host.id || row.fence !== fence) throw leaseIsOver();
    return row;
  }

  async #afterEnd(lease: Lease): Promise<Ack> {
    const row = await this.#whatBecame(lease);
    if (row.state === 'running' || row.state === 'queued') throw leaseIsOver();
    return { ackSeq: row.completionTokens, cancel: true };
  }

  /** Until the host has nothing more to do for the job, or for `waitMs`. */
  async #untilOver(job: PooledJob, lease: Lease, waitMs: number, signal: AbortSignal) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = () => resolve();
    const check = () => {
      if (isOver(job, lease) || signal.aborted) resolve();
    };
    const forgetChange = job.onChange(check);
    const forgetTimer = this.#deps.clock.after(waitMs, end);
    signal.addEventListener('abort', end, { once: true });
    check();
    await promise;
    forgetChange();
    forgetTimer();
    signal.removeEventListener('abort', end);
  }

  /** What was assigned after its last poll had ended. */
  #undelivered(max: number): Assignment[] {
    const { jobs } = this.#deps.pool;
    return this.#host.undelivered
      .splice(0, max)
      .filter(({ jobId, fence }) => jobs.get(jobId)?.work?.fence === fence);
  }

  /** Nobody waits for what is only to be known after a restart. */
  #seen(): void {
    const { clock, log } = this.#deps;
    const nowMs = clock.nowMs();
    this.#host.seenMs = nowMs;
    if (nowMs - (this.#host.stored.heartbeatMs ?? 0) < KEEP_SIGN_MS) return;
    this.#sign(null, null).catch((cause: unknown) =>
      log.warn('host.sign_not_kept', { hostId: this.#host.id, cause }),
    );
  }

  async #sign(gpuUtilization: number | null, models: HostModel[] | null): Promise<void> {
    const { stored } = this.#host;
    const nowMs = this.#deps.clock.nowMs();
    const signed = {
      ...stored,
      heartbeatMs: nowMs,
      gpuUtilization: gpuUtilization ?? stored.gpuUtilization,
      models: models === null ? stored.models : heardOf(stored.models, models, nowMs),
    };
    this.#deps.pool.putHost(signed);
    await this.#deps.db.write((tx) => this.#deps.hosts.within(tx).setSign(signed));
  }
}

function ackOf(job: PooledJob): Ack {
  return { ackSeq: job.pieces.length, cancel: job.isEnded };
}

function isOver(job: PooledJob, { fence }: Lease): boolean {
  return job.work?.fence !== fence;
}

function endingOf(job: PooledJob, completion: Completion): Ending {
  const { finishReason, usage, toolCalls, embeddings, pieces = [] } = completion;
  const hasExtra = toolCalls !== undefined || embeddings !== undefined;
  return {
    finishReason,
    deltas: freshDeltas(job, pieces).slice(0, job.maxTokens - job.pieces.length),
    usage,
    extra: hasExtra ? { toolCalls, embeddings } : undefined,
  };
}

/** What a completion must have and has not: then the host has failed at the job. */
function lackOf({ facts }: PooledJob, { embeddings }: Completion): string | null {
  if (facts.request.task !== 'embedding') return null;
  const wanted = facts.request.inputs.length;
  if (embeddings?.length === wanted) return null;
  return `the host sent ${embeddings?.length ?? 0} of ${wanted} embeddings`;
}

function isClosing(): Fault {
  return new Fault('unavailable', 'the server is stopping: ask again in a moment', {
    retryAfterSeconds: 1,
  });
}
