import type { Transaction } from '../db/write';
import { assert } from '../lib/assert';
import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import type { Log } from '../lib/log';
import { LeaseLost } from './lease-lost';
import { decideExpired, hasEnded } from './lifecycle';
import type { Again, Claim, Ending, Job, JobEngine, JobHandler } from './types';
import { topics, type Wakeups } from './wakeups';

export type EndedHook = JobHandler['ended'];

/** How many expired jobs one round of reaping takes; the next round takes the rest. */
const REAP_LIMIT = 256;

/** The ways out of `running` and `queued`. Every one proves the state and the fence in its write. */
export interface Endings {
  /** Whom to tell when the queue itself ends a job of this kind; a runner says so for its handlers.
   * A process that cancels jobs needs the hooks of their kinds, though it may never run one. Who owns
   * the leases of a kind takes back by itself what its workers have lost. `overdue` is what the user is
   * told of a job that nobody began before its deadline. */
  onEnded(
    kind: string,
    hook: EndedHook,
    options?: { ownsLeases?: boolean; overdue?: (job: Job) => string },
  ): void;
  /** Ends a running job. Throws LeaseLost when the claim is lost. */
  finish(claim: Claim, ending: Ending): Promise<void>;
  /** Queues a running job again, or ends it if it was canceled. Throws LeaseLost likewise. */
  giveBack(claim: Claim, again: Again): Promise<void>;
  /**
   * A queued job is canceled at once. A running one is told to stop: at once in this process, at
   * its next lease renewal in another. One that has ended stays as it is. Answers the job as it
   * is then. Throws Fault not_found.
   */
  requestCancel(id: string): Promise<Job>;
  /**
   * Deals with running jobs whose lease has run out and queued ones past their deadline. Spares
   * the jobs that this process still works on: it slept, and renews them next.
   */
  reap(heldHere: ReadonlySet<string>): Promise<void>;
}

export function createEndings(parts: {
  engine: JobEngine;
  clock: Clock;
  log: Log;
  wakeups: Wakeups;
}): Endings {
  const { engine, clock, log, wakeups } = parts;
  const hooks = new Map<string, EndedHook>();
  const ownLeases = new Set<string>();
  const overdues = new Map<string, (job: Job) => string>();

  async function end(
    tx: Transaction,
    claim: Claim,
    from: 'queued' | 'running',
    ending: Ending,
  ): Promise<void> {
    const store = engine.jobs.within(tx);
    const wasOurs = await store.end(claim, from, ending, clock.nowMs());
    if (!wasOurs) throw new LeaseLost(claim.id);
    tx.afterCommit(() => wakeups.wake(topics.changed(claim.id)));
    if (ending.by === 'handler') return await ending.commit?.(tx);
    const job = await present(store.get(claim.id));
    const hook = hooks.get(job.kind);
    assert(hook, `the end of a job of kind ${job.kind} is recorded by its handler`);
    await hook(tx, job);
  }

  async function giveBack(tx: Transaction, claim: Claim, again: Again): Promise<void> {
    const job = await engine.jobs.within(tx).requeue(claim, again);
    if (!job) throw new LeaseLost(claim.id);
    await again.commit?.(tx);
    if (job.cancelRequestedMs !== null) return await end(tx, claim, 'queued', CANCELED);
    if (job.dueMs > clock.nowMs()) return;
    tx.afterCommit(() => wakeups.wake(topics.ready(job.kind)));
  }

  async function reapOne(tx: Transaction, id: string): Promise<void> {
    const job = await present(engine.jobs.within(tx).get(id));
    const decision = decideExpired(job, clock.nowMs(), overdues.get(job.kind));
    if (!decision) return;
    log.warn('job.reaped', { jobId: id, kind: job.kind, state: job.state, fence: job.fence });
    if ('again' in decision) return await giveBack(tx, job, decision.again);
    await end(tx, job, job.state === 'queued' ? 'queued' : 'running', decision.end);
  }

  return {
    onEnded(kind, hook, { ownsLeases = false, overdue } = {}) {
      assert(!hooks.has(kind), `one handler for jobs of kind ${kind}`);
      hooks.set(kind, hook);
      if (ownsLeases) ownLeases.add(kind);
      if (overdue) overdues.set(kind, overdue);
    },
    finish: (claim, ending) => engine.write((tx) => end(tx, claim, 'running', ending)),
    giveBack: (claim, again) => engine.write((tx) => giveBack(tx, claim, again)),

    requestCancel: (id) =>
      engine.write(async (tx) => {
        const store = engine.jobs.within(tx);
        const job = await store.get(id);
        if (!job) throw new Fault('not_found', `there is no job ${id}`);
        if (hasEnded(job.state)) return job;
        await store.requestCancel(id, clock.nowMs());
        if (job.state === 'queued') await end(tx, job, 'queued', CANCELED);
        else tx.afterCommit(() => wakeups.wake(topics.cancelRequested(id)));
        return present(store.get(id));
      }),

    // One body for each job: a hook that fails leaves the others reaped.
    async reap(heldHere) {
      const deadlines = [...hooks.keys()];
      const leases = deadlines.filter((kind) => !ownLeases.has(kind));
      const kinds = { leases, deadlines };
      const ids = await engine.jobs.read.expired(kinds, clock.nowMs(), REAP_LIMIT);
      const writes = ids
        .filter((id) => !heldHere.has(id))
        .map((id) =>
          engine
            .write((tx) => reapOne(tx, id))
            .catch((cause: unknown) => log.error('job.not_reaped', { jobId: id, cause })),
        );
      await Promise.all(writes);
    },
  };
}

const CANCELED: Ending = { state: 'canceled', error: null, by: 'queue' };

async function present(found: Promise<Job | undefined>): Promise<Job> {
  const job = await found;
  assert(job, 'a job stays in the table');
  return job;
}
