import type { ParsedDocument } from '../library/types';
import { Gathering, type GatheringPorts, type RunningState, type SourceContent } from './gathering';
import { createLlmStages, type LlmSetup, planningMs, writingMs } from './llm/stages';
import { unmetered } from './meter';
import type { TraceCall } from './recorder';
import { settingsOf } from './settings';
import type { Searched } from './stages/critic';
import { facets } from './stages/facets';
import { plan as planStage, queries } from './stages/plan';
import type { Moment, Stages } from './thinking';
import type {
  Budget,
  PinnedRequest,
  Plan,
  ProgressEvent,
  ResearchState,
  StopReason,
  TypedOutput,
} from './types';

/** What one wave leaves behind, committed as a whole. */
export interface Checkpoint {
  state: RunningState;
  snapshots: ParsedDocument[];
  contents: SourceContent[];
  trace: TraceCall[];
  events: ProgressEvent[];
}

export interface PipelinePorts extends GatheringPorts {
  stages: Stages;
  /** Absent when everything is done by rule. */
  llm?: LlmSetup | undefined;
  checkpoint(checkpoint: Checkpoint): Promise<void>;
}

/** What ends a job early and keeps what it has. */
type Interruption = 'budget' | 'canceled';

const MAX_FINDINGS = 24;
const BRIEF_MAX_WORDS = { lite: 150, standard: 250, pro: 450, max: 600 } as const;
/** The first of two waves leaves room for what it teaches to be searched in the second. */
const FIRST_WAVE_SHARE = 0.7;

/**
 * Runs waves until a stop rule holds, each committed before the next begins. Resumes from any
 * committed state. `signal` aborted with 'canceled' ends the wave early and commits what it has;
 * with any other reason the wave is dropped and the state comes back without a stop reason.
 */
export async function runPipeline(
  request: PinnedRequest,
  budget: Budget,
  committed: RunningState,
  ports: PipelinePorts,
  signal: AbortSignal,
): Promise<RunningState> {
  const { clock, llm } = ports;
  const { maxWallclockMs } = budget;
  const deadline = new AbortController();
  const writing = new AbortController();
  const gatheringMs = maxWallclockMs - (llm ? writingMs(budget) : 0);
  const cancelDeadline = clock.after(gatheringMs, () => deadline.abort('budget'));
  const cancelWriting = clock.after(maxWallclockMs, () => writing.abort('budget'));
  const job = new Job(request, budget, ports, {
    gathering: AbortSignal.any([signal, deadline.signal]),
    writing: AbortSignal.any([signal, writing.signal]),
  });
  try {
    return await job.run(committed);
  } finally {
    cancelDeadline();
    cancelWriting();
  }
}

/** One run: its waves, and when they end. */
class Job {
  #request: PinnedRequest;
  #budget: Budget;
  #ports: PipelinePorts;
  #signal: AbortSignal;
  #writingSignal: AbortSignal;
  #gathering: Gathering;
  #stages: Stages;

  constructor(
    request: PinnedRequest,
    budget: Budget,
    ports: PipelinePorts,
    signals: { gathering: AbortSignal; writing: AbortSignal },
  ) {
    this.#request = request;
    this.#budget = budget;
    this.#ports = ports;
    this.#signal = signals.gathering;
    this.#writingSignal = signals.writing;
    this.#gathering = new Gathering(request, ports, signals.gathering);
    this.#stages = ports.stages;
  }

  async run(committed: RunningState): Promise<RunningState> {
    this.#stages = this.#stagesFrom(committed);
    let state = await this.#resume(committed);
    while (state.stopReason === null && !this.#isLost()) state = await this.#wave(state);
    return state;
  }

  #stagesFrom({ llm: memory }: RunningState): Stages {
    const { llm, stages, clock, meter = unmetered() } = this.#ports;
    if (!llm) return stages;
    return createLlmStages(stages, llm, {
      request: this.#request,
      clock,
      meter,
      memory,
      planningMs: planningMs(this.#budget),
      signal: this.#signal,
      writingSignal: this.#writingSignal,
      tape: this.#gathering.llmTape,
    });
  }

  /** The process stops or has lost the job: what is not yet gathered is gathered anew elsewhere. */
  #isLost(): boolean {
    return this.#signal.aborted && this.#interruption() === null;
  }

  #interruption(): Interruption | null {
    const { aborted, reason } = this.#signal;
    return aborted && (reason === 'budget' || reason === 'canceled') ? reason : null;
  }

  async #resume(state: RunningState): Promise<RunningState> {
    await this.#gathering.resume(state);
    if (state.plan) return state;
    const plan = await this.#plan();
    if (this.#isLost()) return state;
    await this.#ports.emit({ type: 'plan', data: { sub_questions: plan.subQuestions } });
    return { ...state, plan };
  }

  async #plan(): Promise<Plan> {
    const { question } = this.#request;
    const byRule = this.#planByRule();
    const isGiven = settingsOf(this.#request).subQuestions.length > 0;
    if (isGiven || !this.#stages.plan) return byRule;
    return this.#stages.plan(question, this.#budget.branches, byRule);
  }

  #planByRule(): Plan {
    const { question, language } = this.#request;
    const { branches } = this.#budget;
    const { subQuestions, hasFacets } = settingsOf(this.#request);
    // The asker's own parts are all researched: a budget bounds only what rules make of a question.
    if (subQuestions.length > 0) {
      return planStage({ question, subQuestions, branches: subQuestions.length + 1 });
    }
    const plan = planStage({ question, branches });
    if (!hasFacets || plan.subQuestions.length > 1) return plan;
    return planStage({
      question,
      subQuestions: facets(question, language, branches - 1),
      branches,
    });
  }

  async #wave(previous: RunningState): Promise<RunningState> {
    const state = structuredClone(previous);
    state.waveCount += 1;
    const asked = queries(planOf(state), state.followUps);
    const hits = await this.#gathering.search(state, asked);
    const texts = asked.map((query) => query.text);
    const [readCount] = await Promise.all([
      this.#gathering.read(state, this.#room(state)),
      this.#ports.emit({ type: 'wave', data: { wave: state.waveCount, queries: texts, hits } }),
    ]);
    if (this.#isLost()) return previous;
    const interruption = await this.#think(state, readCount);
    // A model's stage that was broken off has gone by its rules: elsewhere it is asked again.
    if (this.#ports.llm && this.#isLost()) return previous;
    state.stopReason = interruption ?? this.#stopReason(state, readCount);
    this.#gathering.end(state, state.stopReason, interruption);
    const events = progressOf(previous, state);
    await this.#ports.checkpoint({ state, events, ...this.#gathering.take() });
    return state;
  }

  #room(state: ResearchState): number {
    const left = this.#budget.maxSources - state.sources.length;
    const isLast = state.waveCount >= this.#budget.maxWaves;
    return isLast ? left : Math.min(left, Math.ceil(this.#budget.maxSources * FIRST_WAVE_SHARE));
  }

  /** Extract, verify, critic, synthesize: over all pages read so far. Resolves to what has cut the
   * wave short by then. */
  async #think(state: ResearchState, readCount: number): Promise<Interruption | null> {
    const plan = planOf(state);
    const stages = this.#stages;
    const analysis = await stages.analyse({
      plan,
      pages: this.#gathering.pages,
      maxFindings: MAX_FINDINGS,
      critic: state.waveCount < this.#budget.maxWaves,
      searched: searchedOf(state),
    });
    state.findings = analysis.findings;
    state.gaps = analysis.gaps;
    state.followUps = analysis.followUps.slice(0, this.#budget.branches);
    const summaries = new Map(analysis.summaries.map(({ source, text }) => [source, text]));
    const copies = new Map(analysis.copies.map(({ source, copyOf }) => [source, copyOf]));
    for (const source of state.sources) {
      source.summary = summaries.get(source.number) ?? null;
      source.copyOf = copies.get(source.number) ?? null;
    }
    const isLast = this.#signal.aborted || this.#stopReason(state, readCount) !== null;
    await this.#tell(state, { isLast });
    // Cut short meanwhile, the wave turns out to be the last: whatever tells that is told so.
    if (!isLast && this.#interruption()) await this.#tell(state, { isLast: true });
    const memory = stages.memory?.();
    if (memory) state.llm = memory;
    return this.#interruption();
  }

  /** Synthesize, and typed output: neither needs the other. */
  async #tell(state: ResearchState, moment: Moment): Promise<void> {
    const { findings, sources, gaps } = state;
    const maxWords = BRIEF_MAX_WORDS[this.#request.mode];
    const told = { plan: planOf(state), findings, sources, gaps, maxWords };
    const [{ brief }, typed] = await Promise.all([
      this.#stages.synthesize(told, moment),
      this.#typed(findings, moment),
    ]);
    state.brief = brief;
    if (typed) state.typed = typed;
  }

  async #typed(findings: ResearchState['findings'], moment: Moment): Promise<TypedOutput | null> {
    const { question, responseSchema: schema } = this.#request;
    if (schema === null) return null;
    const { pages } = this.#gathering;
    return this.#stages.fillTyped({ schema, question, pages, findings }, moment);
  }

  #stopReason(state: ResearchState, readCount: number): StopReason | null {
    if (this.#gathering.isOverCost) return 'budget';
    if (state.waveCount >= this.#budget.maxWaves)
      return state.gaps.length === 0 ? 'complete' : 'max_rounds';
    if (state.sources.length >= this.#budget.maxSources) return 'budget';
    if (readCount === 0) return state.gaps.length === 0 ? 'complete' : 'no_progress';
    if (state.followUps.length === 0 && this.#gathering.unreadCount === 0) {
      return state.gaps.length === 0 ? 'complete' : 'no_progress';
    }
    return null;
  }
}

/** The findings that are new with this wave, and the brief. */
function progressOf(previous: ResearchState, state: ResearchState): ProgressEvent[] {
  const known = new Set(previous.findings.map((finding) => finding.text));
  const fresh = state.findings.filter((finding) => !known.has(finding.text));
  const events = fresh.map(({ id, status, text, quotes }): ProgressEvent => {
    const sources = [...new Set(quotes.map((quote) => quote.source))];
    return { type: 'finding', data: { id, status, text, sources } };
  });
  return [...events, { type: 'brief', data: { brief: state.brief ?? '' } }];
}

function planOf(state: ResearchState) {
  if (!state.plan) throw new Error('a wave needs a plan');
  return state.plan;
}

/** What was asked for each sub-question: what a gap in the answer shows as its proof. */
function searchedOf(state: ResearchState): Searched[] {
  return planOf(state).subQuestions.map((_, subQuestion) => {
    const searches = state.searches.filter((search) => search.subQuestion === subQuestion);
    return {
      subQuestion,
      queries: [...new Set(searches.map((search) => search.query))],
      foundCount: searches.reduce((sum, search) => sum + search.foundCount, 0),
      unreadCount: state.unreadCount,
    };
  });
}
