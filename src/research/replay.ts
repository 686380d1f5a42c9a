import { zstdDecompressSync } from 'node:zlib';
import type { Db } from '../db/database';
import { Fault } from '../lib/fault';
import { LLM_PORTS } from './kept';
import type { LlmModels } from './llm/setup';
import type { LlmSetup } from './llm/stages';
import type { TraceCall } from './recorder';
import { contentProblems } from './replay-contents';
import { recordedWaves } from './replay-tape';
import type { Replay, ReplayParts } from './replaying';
import type { Research } from './service';
import { type TraceRow, traceStore } from './store-trace';
import type { ResearchView } from './view';

/** A job, and every call of its ports in their order. */
export interface Trace {
  view: ResearchView;
  calls: TraceCall[];
}

export interface ReplayDeps extends Omit<ReplayParts, 'llm'> {
  db: Db;
  llm: LlmModels | undefined;
  research: Pick<Research, 'get' | 'content'>;
}

export interface Replays {
  /** Throws Fault `not_found`, or `unprocessable` for a trace that cannot be read. */
  trace(id: string, userId: string | null): Promise<Trace>;
  /**
   * Runs a job that has ended again from its trace, with no network, and compares. Writes nothing.
   * Throws Fault `not_found`, `conflict` for a job that goes on, and `unprocessable` for one whose
   * trace cannot be read or was recorded by a version that kept too little.
   */
  replay(id: string, userId: string | null): Promise<Replay>;
}

/** Far beyond what any provider answers. */
const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;

export function createReplays({ db, library, research, stages, llm }: ReplayDeps): Replays {
  const store = db.bind(traceStore);

  async function trace(id: string, userId: string | null): Promise<Trace> {
    const view = await research.get(id, userId);
    return { view, calls: (await store.read.calls(id)).map(readCall) };
  }

  return {
    trace,
    async replay(id, userId) {
      const { view, calls } = await trace(id, userId);
      checkReplayable(view, calls);
      const parts = { library, stages, llm: llmOf(view, calls, llm) };
      // With it comes the whole pipeline: a server that starts has nothing to replay.
      const { Replaying } = await import('./replaying');
      const replay = await new Replaying(view, calls, parts).run();
      const spoiled = await contentProblems(view, calls, { library, research });
      const problems = [...replay.problems, ...spoiled];
      const isIdentical = problems.length === 0 && replay.differences.length === 0;
      return { ...replay, problems, isIdentical };
    },
  };
}

function readCall({ port, request, responseZstd, createdMs }: TraceRow, index: number): TraceCall {
  try {
    const json = zstdDecompressSync(responseZstd, { maxOutputLength: MAX_RESPONSE_BYTES });
    const response: unknown = JSON.parse(json.toString('utf8'));
    return { port, request: JSON.parse(request), response, atMs: createdMs };
  } catch (cause) {
    const message = `call ${index + 1} of the trace cannot be read: the database is damaged, or was changed by hand`;
    throw new Fault('unprocessable', message, { cause });
  }
}

function checkReplayable({ job, state }: ResearchView, calls: TraceCall[]): void {
  if (job.state === 'queued' || job.state === 'running') {
    throw new Fault('conflict', `the job is ${job.state}: replay it when it has ended`);
  }
  const recorded = recordedWaves(calls);
  if (recorded === state.waveCount) return;
  throw new Fault(
    'unprocessable',
    `the trace can repeat ${recorded} of the job's ${state.waveCount} waves: an earlier version recorded it without the whole hits and pages that a replay needs, or it was changed. Its quotes can still be checked: sonde verify ${job.id}`,
  );
}

/** A job that no model worked on is repeated without one. */
function llmOf(
  { job }: ResearchView,
  calls: TraceCall[],
  llm: LlmModels | undefined,
): LlmSetup | undefined {
  const call = calls.find(({ port }) => port.startsWith(LLM_PORTS));
  // No model is called, so nobody pays.
  const asker = { userId: job.userId, key: null };
  if (!call || llm) return call && llm?.forJob({ id: job.id, asker });
  const { model } = call.request as { model?: unknown };
  throw new Fault(
    'unprocessable',
    `the model ${String(model)} worked on this job: set SONDE_LLM_URL and SONDE_LLM_MODEL as they were. Nothing is asked of it`,
  );
}
