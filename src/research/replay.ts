import { zstdDecompressSync } from 'node:zlib';
import type { Db } from '../db/database';
import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import { sha256Hex } from '../lib/ids';
import type { Library } from '../library/service';
import type { Snapshot } from '../library/types';
import { type Difference, differences } from './difference';
import type { RunningState } from './gathering';
import type { LlmSetup } from './llm/stages';
import { Meter } from './meter';
import { budgetOf, capMicros } from './modes';
import { initialState, runPipeline } from './pipeline';
import type { TraceCall } from './recorder';
import { contentProblems } from './replay-contents';
import { ReplayTape, recordedWaves } from './replay-tape';
import { writeReport } from './report/write';
import type { Research } from './service';
import { type TraceRow, traceStore } from './store-trace';
import type { Stages } from './thinking';
import type { PinnedRequest } from './types';
import type { ResearchView } from './view';

/** A job, and every call of its ports in their order. */
export interface Trace {
  view: ResearchView;
  calls: TraceCall[];
}

export interface Replay {
  /** Nothing is missing, and nothing came out otherwise. */
  isIdentical: boolean;
  /** How many recorded calls were answered again. */
  callCount: number;
  /** What of the record is missing or damaged, a sentence each. */
  problems: string[];
  /** Of the state, and of the Markdown report under `/report`. */
  differences: Difference[];
  /** The job with what came out now. */
  view: ResearchView;
}

export interface ReplayDeps {
  db: Db;
  library: Pick<Library, 'snapshot'>;
  research: Pick<Research, 'get' | 'content'>;
  stages: Stages;
  /** The models that are asked now: their recorded answers come back to the same prompts alone. */
  llm: LlmSetup | undefined;
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
      const parts = { library, stages, llm: llmOf(calls, llm) };
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
function llmOf(calls: TraceCall[], llm: LlmSetup | undefined): LlmSetup | undefined {
  const call = calls.find(({ port }) => port.startsWith('llm.'));
  if (!call || llm) return call && llm;
  const { model } = call.request as { model?: unknown };
  throw new Fault(
    'unprocessable',
    `the model ${String(model)} worked on this job: set SONDE_LLM_URL and SONDE_LLM_MODEL as they were. Nothing is asked of it`,
  );
}

/** One run of the pipeline over what was recorded. */
class Replaying {
  #recorded: ResearchView;
  #parts: Pick<ReplayDeps, 'library' | 'stages' | 'llm'>;
  #abort = new AbortController();
  #tape: ReplayTape;
  #callCount: number;
  #problems: string[] = [];

  constructor(
    recorded: ResearchView,
    calls: TraceCall[],
    parts: Pick<ReplayDeps, 'library' | 'stages' | 'llm'>,
  ) {
    this.#recorded = recorded;
    this.#parts = parts;
    this.#tape = new ReplayTape(calls, (reason) => this.#abort.abort(reason));
    this.#callCount = this.#tape.leftCount;
  }

  async run(): Promise<Omit<Replay, 'isIdentical'>> {
    const view = { ...this.#recorded, state: await this.#perform() };
    const leftCount = this.#tape.leftCount;
    const problems = [...this.#problems, ...this.#tape.problems];
    if (leftCount > 0) problems.push(`${leftCount} recorded calls were not asked for`);
    return {
      callCount: this.#callCount - leftCount,
      problems,
      differences: differences(comparable(this.#recorded), comparable(view)),
      view,
    };
  }

  /** The last state that was committed. */
  async #perform(): Promise<RunningState> {
    let state: RunningState = initialState;
    const request = JSON.parse(this.#recorded.row.request) as PinnedRequest;
    const ports = {
      providers: [],
      reader: { read: () => Promise.reject(new Fault('unavailable', 'a replay fetches nothing')) },
      stages: this.#parts.stages,
      llm: this.#parts.llm,
      clock: standingAt(this.#recorded.row.createdMs),
      meter: meterOf(request),
      tape: this.#tape,
      snapshot: (hash: string) => this.#snapshot(hash),
      emit: async () => {},
      checkpoint: async (checkpoint: { state: RunningState }) => {
        state = checkpoint.state;
        // A job that failed has no end of its own: its last wave is the last.
        if (this.#tape.leftCount === 0) this.#abort.abort('replayed');
      },
    };
    if (this.#tape.leftCount === 0) return state;
    try {
      await runPipeline(request, budgetOf(request), initialState, ports, this.#abort.signal);
    } catch (thrown) {
      // What was changed by hand can have any shape, and break a stage anywhere.
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      if (!this.#tape.problems.includes(reason)) {
        this.#problems.push(`the recorded answers do not hold together: ${reason}`);
      }
    }
    return state;
  }

  /** The stored text, proven by its hash. */
  async #snapshot(hash: string): Promise<Snapshot> {
    const snapshot = await this.#parts.library.snapshot(hash).catch(() => undefined);
    if (snapshot && sha256Hex(snapshot.text) === hash) return snapshot;
    const message = `the text ${hash} is missing, or is no longer what was read`;
    this.#problems.push(message);
    throw new Fault('unprocessable', message);
  }
}

/** What has to be the same, as JSON says it. */
function comparable(view: ResearchView): unknown {
  const report = writeReport(view, 'md').text;
  return JSON.parse(JSON.stringify({ ...view.state, report }));
}

function meterOf(request: PinnedRequest): Meter {
  const capped = capMicros(request);
  return new Meter({
    capMicros: capped,
    callCostMicros: 0,
    sourceCount: 0,
    record: async () => {},
  });
}

function standingAt(nowMs: number): Clock {
  return { nowMs: () => nowMs, after: () => () => {} };
}
