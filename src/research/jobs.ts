import type { Job, JobHandler, JobOutcome, JobRun } from '../jobs/types';
import type { Asker } from '../keys/types';
import type { Clock } from '../lib/clock';
import type { Log } from '../lib/log';
import type { Library } from '../library/service';
import { createWaveCommit } from './committing';
import type { RunningState } from './gathering';
import { initialState } from './initial-state';
import type { LlmModels } from './llm/setup';
import { ApartBills, Meter } from './meter';
import { budgetOf, capMicros, priceOfDone, priceOfUsed, type Used } from './modes';
import type { Reader, SearchProvider } from './ports';
import { createSettlement, type SettlementDeps } from './settlement';
import { type ResearchRow, researchStore } from './store';
import type { Stages } from './thinking';
import type { PinnedRequest, ProgressEvent, ResearchState } from './types';

/** The kind under which research stands in the jobs table. */
export const RESEARCH = 'research';

export interface ResearchJobDeps extends SettlementDeps {
  library: Library;
  clock: Clock;
  log: Log;
  stages: Stages;
  /** The models that stand in for rules; absent without any. */
  llm?: LlmModels | undefined;
  reader: Reader;
  /** Who may be asked for a user, by what the request allows. */
  providers(userId: string, search: PinnedRequest['search']): Promise<SearchProvider[]>;
  concurrency: number;
}

/** Runs a research job under its lease: waves, each committed, then the one write that settles it. */
export function createResearchHandler(deps: ResearchJobDeps): JobHandler {
  const store = deps.db.bind(researchStore);
  const settlement = createSettlement(deps);
  const commitWave = createWaveCommit(deps);

  async function perform(run: JobRun): Promise<JobOutcome> {
    const row = await store.read.byJob(run.job.id);
    if (!row) return { outcome: 'failed', error: 'the research of this job is gone' };
    const request = JSON.parse(row.request) as PinnedRequest;
    const committed = row.checkpoint ? (JSON.parse(row.checkpoint) as RunningState) : initialState;
    const meter = meterOf(run, row, request, committed);
    const asker = await askerOf(run.job);
    // Loaded for the first job: a server that starts has none to perform yet.
    const { runPipeline } = await import('./pipeline');
    const state = await runPipeline(
      request,
      budgetOf(request),
      committed,
      {
        providers: await deps.providers(row.userId, request.search),
        reader: deps.reader,
        stages: deps.stages,
        llm: deps.llm?.forJob({ id: run.job.id, asker }),
        clock: deps.clock,
        meter,
        snapshot: (hash) => deps.library.snapshot(hash),
        emit: (event) => emit(run, event),
        checkpoint: (checkpoint) => commitWave(run, checkpoint),
      },
      run.signal,
    );
    if (state.stopReason !== null) warnOfModel(deps.log, run.job.id, state);
    return outcomeOf(run, row, request, meter, state.sources.length);
  }

  /** As whoever sent the request, though it may have been another process that took it. */
  async function askerOf({ userId, keyId }: Job): Promise<Asker> {
    if (keyId === null) return { userId, key: null };
    return { userId, key: { id: keyId, isCapped: await deps.keys.isCapped(keyId) } };
  }

  function meterOf(
    run: JobRun,
    row: ResearchRow,
    request: PinnedRequest,
    committed: ResearchState,
  ): Meter {
    const { jobId, callCostMicros, hostCostMicros } = row;
    const recordApart = (costMicros: number) =>
      run.write((tx) => store.within(tx).addHostCost(jobId, costMicros));
    return new Meter({
      apart: deps.llm?.isPool ? new ApartBills(hostCostMicros, recordApart) : undefined,
      capMicros: capMicros(request),
      callCostMicros,
      sourceCount: committed.sources.length,
      record: (costMicros) => run.write((tx) => store.within(tx).addCallCost(jobId, costMicros)),
    });
  }

  function emit(run: JobRun, event: ProgressEvent): Promise<void> {
    return run.write((tx) => deps.queue.emit(tx, run.job.id, event.type, event.data));
  }

  function outcomeOf(
    run: JobRun,
    row: ResearchRow,
    request: PinnedRequest,
    meter: Meter,
    sourcesRead: number,
  ): JobOutcome {
    // What stopped because the process stops has its waves committed and goes on elsewhere.
    if (run.signal.reason === 'shutdown') return { outcome: 'snooze', untilMs: deps.clock.nowMs() };
    const { heldMicros } = row;
    const used = usedOf(row, meter, sourcesRead);
    if (run.signal.reason === 'canceled') {
      const chargedMicros = priceOfUsed(request, used);
      const charge = { status: 'canceled', heldMicros, chargedMicros } as const;
      return { outcome: 'canceled', commit: (tx) => settlement.settle(tx, run.job, charge) };
    }
    const chargedMicros = priceOfDone(request, used);
    const charge = { status: 'completed', heldMicros, chargedMicros } as const;
    return { outcome: 'done', commit: (tx) => settlement.settle(tx, run.job, charge) };
  }

  /** A job that goes on without the pool has paid it all the same. */
  function usedOf({ hostCostMicros }: ResearchRow, meter: Meter, sourcesRead: number): Used {
    const { callCostMicros, apart } = meter;
    const paidApartMicros = apart?.costMicros ?? hostCostMicros;
    return { sourcesRead, callCostMicros, paidApartMicros };
  }

  return { kind: RESEARCH, concurrency: deps.concurrency, perform, ended: settlement.release };
}

/** Its job goes by rules instead, and completes: without this, nobody would look. */
function warnOfModel(log: Log, jobId: string, { llm }: ResearchState): void {
  for (const [stage, { failures, errors }] of Object.entries(llm?.stats.stages ?? {})) {
    if (errors) log.warn('llm.failed', { jobId, stage, failures, errors });
  }
}
