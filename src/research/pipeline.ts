import type { Clock } from '../lib/clock';
import { Fault, publicMessage } from '../lib/fault';
import { sha256Hex } from '../lib/ids';
import type { ParsedDocument, Snapshot } from '../library/types';
import type { AnalyseInput, Analysis } from './analyse';
import type { Reader, SearchHit, SearchProvider } from './ports';
import { Recorder, type TraceCall } from './recorder';
import type { Searched } from './stages/critic';
import { plan as planStage, queries } from './stages/plan';
import { fuse, unseen } from './stages/search';
import type { SynthesizeInput } from './stages/synthesize';
import type { fillTyped } from './typed/fill';
import type {
  Budget,
  Page,
  PinnedRequest,
  PinnedSource,
  PlannedQuery,
  ResearchState,
  Search,
  Source,
  StopReason,
  TypedOutput,
} from './types';

/** The stages that cost CPU; in the server they run in a Worker. */
export interface Stages {
  analyse(input: AnalyseInput): Promise<Analysis>;
  synthesize(input: SynthesizeInput): Promise<{ brief: string }>;
  fillTyped(input: Parameters<typeof fillTyped>[0]): Promise<TypedOutput>;
}

/** What the asker sees happen. */
export type ProgressEvent =
  | { type: 'plan'; data: { sub_questions: string[] } }
  | { type: 'wave'; data: { wave: number; queries: string[]; hits: number } }
  | { type: 'source'; data: { number: number; title: string; url: string } }
  | { type: 'finding'; data: { id: string; status: string; text: string; sources: number[] } }
  | { type: 'brief'; data: { brief: string } };

/** What one wave leaves behind, committed as a whole. */
export interface Checkpoint {
  state: ResearchState;
  snapshots: ParsedDocument[];
  trace: TraceCall[];
  events: ProgressEvent[];
}

export interface PipelinePorts {
  providers: SearchProvider[];
  reader: Reader;
  stages: Stages;
  clock: Clock;
  /** The stored text of a snapshot; undefined when there is none. */
  snapshot(hash: string): Promise<Snapshot | undefined>;
  emit(event: ProgressEvent): Promise<void>;
  checkpoint(checkpoint: Checkpoint): Promise<void>;
}

const READS_AT_ONCE = 6;
const HITS_PER_QUERY = 20;
const MAX_FINDINGS = 24;
/** Of a longer text, only what the search found is looked at. */
const READ_WHOLE_LENGTH = 120_000;
const BRIEF_MAX_WORDS = { lite: 150, standard: 250, pro: 450, max: 600 } as const;
/** The first of two waves leaves room for what it teaches to be searched in the second. */
const FIRST_WAVE_SHARE = 0.7;

export const initialState: ResearchState = {
  plan: null,
  waveCount: 0,
  sources: [],
  findings: [],
  gaps: [],
  searches: [],
  unreadable: [],
  unreadCount: 0,
  followUps: [],
  stopReason: null,
  brief: null,
  typed: null,
};

/**
 * Runs waves until a stop rule holds, each committed before the next begins. Resumes from any
 * committed state. `signal` aborted with 'canceled' ends the wave early and commits what it has;
 * with any other reason the wave is dropped and the state comes back without a stop reason.
 */
export async function runPipeline(
  request: PinnedRequest,
  budget: Budget,
  committed: ResearchState,
  ports: PipelinePorts,
  signal: AbortSignal,
): Promise<ResearchState> {
  const deadline = new AbortController();
  const cancelDeadline = ports.clock.after(budget.maxWallclockMs, () => deadline.abort('budget'));
  const job = new Job(request, budget, ports, AbortSignal.any([signal, deadline.signal]));
  try {
    return await job.run(committed);
  } finally {
    cancelDeadline();
  }
}

/** The state of a run that is not part of its result. */
class Job {
  #request: PinnedRequest;
  #budget: Budget;
  #ports: PipelinePorts;
  #signal: AbortSignal;
  #recorder: Recorder;
  #pages: Page[] = [];
  #snapshots: ParsedDocument[] = [];
  #seen = new Set<string>();
  #given: SearchHit[] = [];
  #frontier: SearchHit[] = [];

  constructor(request: PinnedRequest, budget: Budget, ports: PipelinePorts, signal: AbortSignal) {
    this.#request = request;
    this.#budget = budget;
    this.#ports = ports;
    this.#signal = signal;
    this.#recorder = new Recorder(ports.clock);
  }

  async run(committed: ResearchState): Promise<ResearchState> {
    let state = await this.#resume(committed);
    while (state.stopReason === null && !this.#isInterrupted()) state = await this.#wave(state);
    return state;
  }

  /** The process stops or has lost the job: the wave at hand is dropped, and done anew elsewhere. */
  #isInterrupted(): boolean {
    const { aborted, reason } = this.#signal;
    return aborted && reason !== 'budget' && reason !== 'canceled';
  }

  /** Brings back what a committed state only names: the pages' texts and what was seen. */
  async #resume(state: ResearchState): Promise<ResearchState> {
    for (const source of state.sources) {
      const snapshot = await this.#ports.snapshot(source.snapshotHash);
      if (!snapshot) continue;
      this.#pages.push(pageOf(source, snapshot));
      unseen([{ ...source, snippet: null, doi: null }], this.#seen);
    }
    this.#given = unseen(this.#request.sources.map(givenHit), this.#seen);
    if (state.plan) return state;
    const plan = planStage({ question: this.#request.question, branches: this.#budget.branches });
    await this.#ports.emit({ type: 'plan', data: { sub_questions: plan.subQuestions } });
    return { ...state, plan };
  }

  async #wave(previous: ResearchState): Promise<ResearchState> {
    const state = structuredClone(previous);
    state.waveCount += 1;
    const asked = queries(planOf(state), state.followUps);
    const hits = await this.#search(state, asked);
    const texts = asked.map((query) => query.text);
    await this.#ports.emit({ type: 'wave', data: { wave: state.waveCount, queries: texts, hits } });
    const readCount = await this.#read(state);
    if (this.#isInterrupted()) return previous;
    const known = new Set(previous.findings.map((finding) => finding.text));
    await this.#think(state);
    state.stopReason = this.#stopReason(state, readCount);
    const fresh = state.findings.filter((finding) => !known.has(finding.text));
    const events: ProgressEvent[] = fresh.map((finding) => ({
      type: 'finding',
      data: {
        id: finding.id,
        status: finding.status,
        text: finding.text,
        sources: [...new Set(finding.quotes.map((quote) => quote.source))],
      },
    }));
    events.push({ type: 'brief', data: { brief: state.brief ?? '' } });
    await this.#ports.checkpoint({
      state,
      snapshots: this.#snapshots.splice(0),
      trace: this.#recorder.take(),
      events,
    });
    return state;
  }

  /** Asks every provider every query of the wave, all at once; a provider that fails is named. */
  async #search(state: ResearchState, asked: PlannedQuery[]): Promise<number> {
    const { providers } = this.#ports;
    const answers = await Promise.all(
      asked.flatMap((query) => providers.map((provider) => this.#ask(state, query, provider))),
    );
    state.searches.push(...answers.map((answer) => answer.search));
    const fresh = unseen(fuse(answers.map((answer) => answer.hits)), this.#seen);
    // What a later wave finds was asked for with more knowledge: it is read before the leftovers.
    this.#frontier = [...fresh, ...this.#frontier];
    return fresh.length;
  }

  async #ask(
    state: ResearchState,
    { subQuestion, text }: PlannedQuery,
    provider: SearchProvider,
  ): Promise<{ hits: SearchHit[]; search: Search }> {
    const query = { text, limit: HITS_PER_QUERY, language: this.#request.language };
    const search: Search = {
      wave: state.waveCount,
      subQuestion,
      provider: provider.name,
      query: text,
      foundCount: 0,
      error: null,
    };
    try {
      const hits = await this.#recorder.record(
        `search.${provider.name}`,
        query,
        () => provider.search(query, this.#signal),
        (found) => found.map(({ url, title }) => ({ url, title })),
      );
      return { hits, search: { ...search, foundCount: hits.length } };
    } catch (thrown) {
      return { hits: [], search: { ...search, error: publicMessage(thrown) } };
    }
  }

  async #read(state: ResearchState): Promise<number> {
    let room = this.#room(state);
    let readCount = 0;
    while (room > 0 && !this.#signal.aborted) {
      const batch = this.#next(Math.min(READS_AT_ONCE, room));
      if (batch.length === 0) break;
      const pages = await Promise.all(batch.map((hit) => this.#readOne(hit, state)));
      for (const [index, parsed] of pages.entries()) {
        const hit = batch[index];
        if (!parsed || !hit) continue;
        readCount += 1;
        room -= 1;
        await this.#addSource(state, hit, parsed);
      }
    }
    state.unreadCount = this.#given.length + this.#frontier.length;
    return readCount;
  }

  /** What the asker gave comes before everything found. */
  #next(count: number): SearchHit[] {
    const given = this.#given.splice(0, count);
    return [...given, ...this.#frontier.splice(0, count - given.length)];
  }

  #room(state: ResearchState): number {
    const left = this.#budget.maxSources - state.sources.length;
    const isLast = state.waveCount >= this.#budget.maxWaves;
    return isLast ? left : Math.min(left, Math.ceil(this.#budget.maxSources * FIRST_WAVE_SHARE));
  }

  async #readOne(hit: SearchHit, state: ResearchState): Promise<ParsedDocument | undefined> {
    try {
      return await this.#recorder.record(
        hit.snapshotHash ? 'read.snapshot' : 'read.page',
        { url: hit.url },
        () => this.#textOf(hit),
        (parsed) => ({
          hash: sha256Hex(parsed.text),
          length: parsed.text.length,
          title: parsed.title,
        }),
      );
    } catch (thrown) {
      state.unreadable.push({ url: hit.url, reason: publicMessage(thrown) });
      return undefined;
    }
  }

  async #textOf(hit: SearchHit): Promise<ParsedDocument> {
    if (hit.snapshotHash === null) {
      const page = await this.#ports.reader.read(hit.url, this.#signal);
      this.#snapshots.push(page);
      return page;
    }
    const snapshot = await this.#ports.snapshot(hit.snapshotHash);
    // A document may be removed between the search and the read.
    if (!snapshot) throw new Fault('not_found', 'the document was removed meanwhile');
    return { ...snapshot, title: hit.title };
  }

  async #addSource(state: ResearchState, hit: SearchHit, parsed: ParsedDocument): Promise<void> {
    const isLarge = parsed.text.length > READ_WHOLE_LENGTH;
    const source: Source = {
      number: state.sources.length + 1,
      url: hit.url,
      title: parsed.title || hit.title,
      domain: domainOf(hit.url),
      provider: hit.provider,
      snapshotHash: sha256Hex(parsed.text),
      summary: null,
      copyOf: null,
      ...(isLarge && hit.spans ? { spans: hit.spans } : {}),
    };
    state.sources.push(source);
    this.#pages.push(pageOf(source, parsed));
    const { number, title, url } = source;
    await this.#ports.emit({ type: 'source', data: { number, title, url } });
  }

  /** Extract, verify, critic, synthesize: over all pages read so far. */
  async #think(state: ResearchState): Promise<void> {
    const plan = planOf(state);
    const { stages } = this.#ports;
    const analysis = await stages.analyse({
      plan,
      pages: this.#pages,
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
    const { findings, sources, gaps } = state;
    const maxWords = BRIEF_MAX_WORDS[this.#request.mode];
    state.brief = (await stages.synthesize({ plan, findings, sources, gaps, maxWords })).brief;
    if (this.#request.responseSchema === null) return;
    const { question, responseSchema: schema } = this.#request;
    state.typed = await stages.fillTyped({ schema, question, pages: this.#pages, findings });
  }

  #stopReason(state: ResearchState, readCount: number): StopReason | null {
    if (this.#signal.aborted) return this.#signal.reason === 'budget' ? 'budget' : 'canceled';
    if (state.waveCount >= this.#budget.maxWaves)
      return state.gaps.length === 0 ? 'complete' : 'max_rounds';
    if (state.sources.length >= this.#budget.maxSources) return 'budget';
    if (readCount === 0) return state.gaps.length === 0 ? 'complete' : 'no_progress';
    if (state.followUps.length === 0 && this.#frontier.length === 0) {
      return state.gaps.length === 0 ? 'complete' : 'no_progress';
    }
    return null;
  }
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

function pageOf(source: Source, parsed: Pick<ParsedDocument, 'text' | 'pageStarts'>): Page {
  const { number, snapshotHash, url, title, domain, spans = null } = source;
  const { text, pageStarts } = parsed;
  return { source: number, snapshotHash, url, title, domain, text, pageStarts, spans };
}

function givenHit(source: PinnedSource): SearchHit {
  const isSnapshot = source.kind === 'snapshot';
  return {
    url: source.url,
    title: isSnapshot ? source.title : source.url,
    provider: 'given',
    snippet: null,
    doi: null,
    snapshotHash: isSnapshot ? source.hash : null,
  };
}

/** The host of a web page; for the team's own documents, where they are kept. */
function domainOf(url: string): string {
  if (!URL.canParse(url)) return 'local';
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' || protocol === 'https:' ? hostname.replace(/^www\./, '') : 'local';
}
