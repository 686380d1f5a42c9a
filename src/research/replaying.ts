import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import { sha256Hex } from '../lib/ids';
import type { Library } from '../library/service';
import type { Snapshot } from '../library/types';
import { type Difference, differences } from './difference';
import type { RunningState } from './gathering';
import { initialState } from './initial-state';
import type { LlmSetup } from './llm/stages';
import { Meter } from './meter';
import { budgetOf, capMicros } from './modes';
import { runPipeline } from './pipeline';
import type { TraceCall } from './recorder';
import { ReplayTape } from './replay-tape';
import { writeReport } from './report/write';
import type { Stages } from './thinking';
import type { PinnedRequest } from './types';
import type { ResearchView } from './view';

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

export interface ReplayParts {
  library: Pick<Library, 'snapshot'>;
  stages: Stages;
  /** The models that are asked now: their recorded answers come back to the same prompts alone. */
  llm: LlmSetup | undefined;
}

/** One run of the pipeline over what was recorded. */
export class Replaying {
  #recorded: ResearchView;
  #parts: ReplayParts;
  #abort = new AbortController();
  #tape: ReplayTape;
  #callCount: number;
  #problems: string[] = [];

  constructor(recorded: ResearchView, calls: TraceCall[], parts: ReplayParts) {
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
