import type { Credits } from '../credits/service';
import type { Db } from '../db/database';
import type { Transaction } from '../db/write';
import type { Queue } from '../jobs/queue';
import type { Job, JobHandler, JobOutcome, JobRun } from '../jobs/types';
import type { Clock } from '../lib/clock';
import { microsToUsdMicros } from '../lib/money';
import type { Library } from '../library/service';
import { budgetOf, priceOfDone, priceOfUsed } from './modes';
import { type Checkpoint, initialState, runPipeline, type Stages } from './pipeline';
import type { Reader, SearchProvider } from './ports';
import { type ResearchRow, researchStore } from './store';
import type { PinnedRequest, ProgressEvent, ResearchState } from './types';

/** The kind under which research stands in the jobs table. */
export const RESEARCH = 'research';

export interface ResearchJobDeps {
  db: Db;
  queue: Queue;
  credits: Credits;
  library: Library;
  clock: Clock;
  stages: Stages;
  reader: Reader;
  /** Who may be asked for a user, by what the request allows. */
  providers(userId: string, search: PinnedRequest['search']): SearchProvider[];
  concurrency: number;
}

/** Runs a research job under its lease: waves, each committed, then the one write that settles it. */
export function createResearchHandler(deps: ResearchJobDeps): JobHandler {
  const store = deps.db.bind(researchStore);

  async function perform(run: JobRun): Promise<JobOutcome> {
    const row = await store.read.byJob(run.job.id);
    if (!row) return { outcome: 'failed', error: 'the research of this job is gone' };
    const request = JSON.parse(row.request) as PinnedRequest;
    const committed = row.checkpoint ? (JSON.parse(row.checkpoint) as ResearchState) : initialState;
    const state = await runPipeline(
      request,
      budgetOf(request),
      committed,
      {
        providers: deps.providers(row.userId, request.search),
        reader: deps.reader,
        stages: deps.stages,
        clock: deps.clock,
        snapshot: (hash) => deps.library.snapshot(hash),
        emit: (event) => emit(run, event),
        checkpoint: (checkpoint) => commitWave(run, checkpoint),
      },
      run.signal,
    );
    return outcomeOf(run, row, state);
  }

  function emit(run: JobRun, event: ProgressEvent): Promise<void> {
    return run.write((tx) => deps.queue.emit(tx, run.job.id, event.type, event.data));
  }

  async function commitWave(
    run: JobRun,
    { state, snapshots, trace, events }: Checkpoint,
  ): Promise<void> {
    const jobId = run.job.id;
    await run.write(async (tx) => {
      for (const parsed of snapshots) await deps.library.putSnapshot(tx, parsed);
      const bound = store.within(tx);
      for (const source of state.sources) await bound.nameSource(jobId, source.snapshotHash);
      for (const call of trace) {
        await bound.appendTrace({
          jobId,
          port: call.port,
          request: JSON.stringify(call.request),
          response: Bun.zstdCompressSync(JSON.stringify(call.response)),
          createdMs: call.atMs,
        });
      }
      await bound.checkpoint({
        jobId,
        checkpoint: JSON.stringify(state),
        waveCount: state.waveCount,
        sourceCount: state.sources.length,
      });
      for (const event of events) await deps.queue.emit(tx, jobId, event.type, event.data);
    });
  }

  function outcomeOf(run: JobRun, row: ResearchRow, state: ResearchState): JobOutcome {
    // What stopped because the process stops has its waves committed and goes on elsewhere.
    if (run.signal.reason === 'shutdown') return { outcome: 'snooze', untilMs: deps.clock.nowMs() };
    if (run.signal.reason === 'canceled') {
      const chargedMicros = priceOfUsed(row.heldMicros, state.sources.length);
      return {
        outcome: 'canceled',
        commit: (tx) => settle(tx, run.job, 'canceled', chargedMicros),
      };
    }
    const chargedMicros = priceOfDone(row.mode, row.heldMicros, state.sources.length);
    return { outcome: 'done', commit: (tx) => settle(tx, run.job, 'completed', chargedMicros) };
  }

  async function settle(
    tx: Transaction,
    job: Job,
    status: string,
    chargedMicros: number,
  ): Promise<void> {
    await deps.credits.settle(tx, { id: job.id, amountMicros: chargedMicros });
    const costUsdMicros = microsToUsdMicros(chargedMicros);
    await store.within(tx).charge({ jobId: job.id, chargedMicros, costUsdMicros });
    await deps.queue.emit(tx, job.id, 'done', { status, charged_micros: chargedMicros });
  }

  /** The queue ended it without us: nothing was delivered, so nothing is charged. */
  async function ended(tx: Transaction, job: Job): Promise<void> {
    await deps.credits.release(tx, { id: job.id });
    const status = job.state === 'canceled' ? 'canceled' : 'failed';
    await deps.queue.emit(tx, job.id, 'done', { status, charged_micros: 0 });
  }

  return { kind: RESEARCH, concurrency: deps.concurrency, perform, ended };
}
