import { assert } from '../lib/assert';
import type { Clock } from '../lib/clock';
import { Fault, publicMessage } from '../lib/fault';
import type { ParsedDocument, Snapshot } from '../library/types';
import { contentOfText } from './content';
import {
  type KeptPage,
  type KnownProvider,
  keptPage,
  known,
  READ_PAGE,
  type Readable,
  WAVE,
  WAVE_END,
  type WaveStart,
} from './kept';
import type { LlmTape } from './llm/call';
import type { LlmOutcome } from './llm/outcome';
import { type Meter, unmetered } from './meter';
import type { Reader, SearchHit, SearchProvider } from './ports';
import { Recorder, type Tape, type TraceCall } from './recorder';
import { settingsOf } from './settings';
import { GIVEN, givenHit, pageOf, sourceOf } from './source';
import { fuse, unseen } from './stages/search';
import { mayRead, mayVisit, type TriageRules } from './stages/triage';
import type {
  ContentKind,
  Page,
  PinnedRequest,
  PlannedQuery,
  ProgressEvent,
  ResearchState,
  Search,
  StopReason,
} from './types';

/** Of one job. A wave of the usual modes is read in one go: each further round takes as long again. */
const READS_AT_ONCE = 16;

export interface GatheringPorts {
  providers: SearchProvider[];
  reader: Reader;
  clock: Clock;
  /** Of a job that is metered. */
  meter?: Meter;
  /** Absent for one that records. */
  tape?: Tape;
  /** The stored text of a snapshot; undefined when there is none. */
  snapshot(hash: string): Promise<Snapshot | undefined>;
  emit(event: ProgressEvent): Promise<void>;
}

/** A state that a job goes on from. */
export interface RunningState extends ResearchState {
  /** Null when the job has stopped; absent before its first wave, and in earlier versions. */
  frontier?: Frontier | null;
}

/** What is known and not yet read, in the order in which it will be: without it, a job that is
 * taken up elsewhere would go on from less than it had. */
interface Frontier {
  given: SearchHit[];
  found: SearchHit[];
  /** The identities of all that was found so far. */
  seen: string[];
}

/** What a source holds, kept for the asker. */
export interface SourceContent {
  source: number;
  kind: ContentKind;
  text: string;
}

/** The search and read stages of one job, and what they remember between its waves. */
export class Gathering {
  /** Of every source read so far. */
  readonly pages: Page[] = [];
  #request: PinnedRequest;
  #rules: TriageRules;
  #meter: Meter;
  #ports: GatheringPorts;
  #signal: AbortSignal;
  #tape: Tape;
  #providers: KnownProvider[] = [];
  #snapshots: ParsedDocument[] = [];
  #contents: SourceContent[] = [];
  #seen = new Set<string>();
  #given: SearchHit[] = [];
  #frontier: SearchHit[] = [];

  constructor(request: PinnedRequest, ports: GatheringPorts, signal: AbortSignal) {
    this.#request = request;
    this.#rules = rulesOf(request, ports.clock);
    this.#meter = ports.meter ?? unmetered();
    this.#ports = ports;
    this.#signal = signal;
    this.#tape = ports.tape ?? new Recorder(ports.clock);
  }

  /** Found and not read. */
  get unreadCount(): number {
    return this.#given.length + this.#frontier.length;
  }

  /** True when the cost limit of the job kept something from being asked or read. */
  get isOverCost(): boolean {
    return this.#meter.hasRefused || (this.unreadCount > 0 && this.#meter.isExhausted);
  }

  /** Where the calls of a model are recorded, beside those of the search. */
  readonly llmTape: LlmTape = (port, request, make) => {
    const whole = {
      keep: (outcome: LlmOutcome) => outcome,
      revive: async (kept: LlmOutcome) => kept,
    };
    return this.#tape.call({ port, request, make, ...whole });
  };

  /** Brings back what a committed state only names: the pages' texts and what was seen. */
  async resume(state: RunningState): Promise<void> {
    for (const source of state.sources) {
      const snapshot = await this.#ports.snapshot(source.snapshotHash);
      if (!snapshot) continue;
      this.pages.push(pageOf(source, snapshot, this.#rules));
      unseen([{ ...source, snippet: null, doi: null }], this.#seen);
    }
    if (state.frontier) {
      const { given, found, seen } = state.frontier;
      this.#given = [...given];
      this.#frontier = [...found];
      this.#seen = new Set(seen);
    } else {
      this.#given = unseen(this.#request.sources.map(givenHit), this.#seen);
    }
  }

  /** Ends a wave. `interruption` is why it was cut short; null for one that was not. */
  end(state: RunningState, stopReason: StopReason | null, interruption: string | null): void {
    const given = [...this.#given];
    const found = [...this.#frontier];
    const unread = stopReason === null ? [] : [...given, ...found].map(({ url }) => url);
    const response = { stopReason, interruption, unreadCount: this.unreadCount, unread };
    this.#tape.note(WAVE_END, { wave: state.waveCount }, response);
    state.frontier = stopReason === null ? { given, found, seen: [...this.#seen] } : null;
  }

  /** What was fetched and asked since the last time: it is committed with the wave. */
  take(): { snapshots: ParsedDocument[]; contents: SourceContent[]; trace: TraceCall[] } {
    return {
      snapshots: this.#snapshots.splice(0),
      contents: this.#contents.splice(0),
      trace: this.#tape.take(),
    };
  }

  /** Asks every provider every query of the wave, all at once; a provider that fails is named. */
  async search(state: ResearchState, asked: PlannedQuery[]): Promise<number> {
    const { channel } = this.#rules;
    await this.#beginWave(state.waveCount, asked);
    const providers = this.#providers.filter(
      (provider) => channel === 'hybrid' || (provider.channel ?? channel) === channel,
    );
    const answers = await Promise.all(
      asked.flatMap((query) => providers.map((provider) => this.#ask(state, query, provider))),
    );
    state.searches.push(...answers.map((answer) => answer.search));
    const lists = answers.map(({ hits, search: { query } }) => ({ query, hits }));
    const fresh = unseen(fuse(lists), this.#seen);
    // What a later wave finds was asked for with more knowledge: it is read before the leftovers.
    this.#frontier = [...fresh, ...this.#frontier];
    return fresh.length;
  }

  async #beginWave(wave: number, queries: PlannedQuery[]): Promise<void> {
    const start = await this.#tape.call<WaveStart, WaveStart>({
      port: WAVE,
      request: { wave, queries },
      make: async () => ({
        providers: this.#ports.providers.map(known),
        callCostMicros: this.#meter.callCostMicros,
        asideMicros: this.#meter.asideMicros,
      }),
      keep: (answer) => answer,
      revive: async (kept) => kept,
    });
    this.#providers = start.providers;
    const { callCostMicros, asideMicros = this.#meter.asideMicros } = start;
    this.#meter.resume({ callCostMicros, asideMicros });
  }

  async #ask(
    state: ResearchState,
    { subQuestion, text }: PlannedQuery,
    provider: KnownProvider,
  ): Promise<{ hits: SearchHit[]; search: Search }> {
    const { resultsPerQuery: limit, publishedAfterMs, sites } = this.#rules;
    const query = { text, limit, language: this.#request.language, publishedAfterMs, sites };
    const search: Search = {
      wave: state.waveCount,
      subQuestion,
      provider: provider.name,
      query: text,
      foundCount: 0,
      error: null,
    };
    if (!(await this.#meter.reserveCall(provider.costUsdMicros ?? 0))) {
      const error = 'not asked: the cost limit of the job leaves no room for it';
      return { hits: [], search: { ...search, isUnasked: true, error } };
    }
    try {
      const found = await this.#tape.call<SearchHit[], SearchHit[]>({
        port: `search.${provider.name}`,
        request: query,
        make: () => this.#providerOf(provider.name).search(query, this.#signal),
        keep: (answer) => answer,
        revive: async (kept) => kept,
      });
      const hits = found.slice(0, limit).filter((hit) => mayRead(hit, text, this.#rules));
      const passedOverCount = found.length - hits.length;
      return { hits, search: { ...search, foundCount: found.length, passedOverCount } };
    } catch (thrown) {
      return { hits: [], search: { ...search, error: publicMessage(thrown) } };
    }
  }

  #providerOf(name: string): SearchProvider {
    const provider = this.#ports.providers.find((each) => each.name === name);
    assert(provider, 'who is asked in a wave is there during it');
    return provider;
  }

  /** Reads up to `maxCount` more sources; resolves to how many could be read. */
  async read(state: ResearchState, maxCount: number): Promise<number> {
    let room = maxCount;
    let readCount = 0;
    const told: Promise<void>[] = [];
    while (room > 0 && !this.#signal.aborted) {
      const wanted = Math.min(READS_AT_ONCE, room, this.unreadCount);
      const batch = this.#next(this.#meter.reserveSources(wanted));
      if (batch.length === 0) break;
      // In the order of the batch, whichever is there first: the same answers give the same state.
      for (const { hit, ...read } of await Promise.all(batch.map((hit) => this.#readOne(hit)))) {
        if ('reason' in read) {
          state.unreadable.push({ url: hit.url, reason: read.reason });
          this.#meter.giveBackSource();
          continue;
        }
        readCount += 1;
        room -= 1;
        told.push(this.#addSource(state, hit, read.parsed));
      }
      await Promise.all(told.splice(0));
    }
    state.unreadCount = this.unreadCount;
    return readCount;
  }

  /** What the asker gave comes before everything found. */
  #next(count: number): SearchHit[] {
    const given = this.#given.splice(0, count);
    return [...given, ...this.#frontier.splice(0, count - given.length)];
  }

  async #readOne(hit: SearchHit): Promise<Read> {
    try {
      const parsed = await this.#tape.call<Readable, KeptPage>({
        port: hit.snapshotHash ? 'read.snapshot' : READ_PAGE,
        request: { url: hit.url },
        make: () => this.#textOf(hit),
        keep: keptPage,
        revive: async ({ textHash, contentHash: _, ...page }) => {
          const { text, hash } = await this.#stored(textHash);
          return { ...page, text, hash };
        },
      });
      return { hit, parsed };
    } catch (thrown) {
      return { hit, reason: publicMessage(thrown) };
    }
  }

  async #stored(hash: string): Promise<Snapshot> {
    const snapshot = await this.#ports.snapshot(hash);
    // A document may be removed between the search and the read.
    if (!snapshot) throw new Fault('not_found', 'the document was removed meanwhile');
    return snapshot;
  }

  async #textOf(hit: SearchHit): Promise<Readable> {
    if (hit.snapshotHash === null) {
      const { posture, sourceContent: content } = this.#rules;
      const options = { posture, content, snippet: hit.snippet };
      const page = await this.#ports.reader.read(hit.url, this.#signal, options);
      this.#assertWanted(hit, page);
      this.#snapshots.push(page);
      return page;
    }
    const snapshot = await this.#stored(hit.snapshotHash);
    this.#assertWanted(hit, { ...snapshot, url: hit.url });
    return { ...snapshot, title: hit.title };
  }

  /** Only what was read shows where it was in the end, and of what kind. */
  #assertWanted(hit: SearchHit, read: { url: string; mediaType: string }): void {
    if (hit.provider === GIVEN) return;
    if (!this.#rules.keepsPdfs && read.mediaType === 'application/pdf') {
      throw new Fault('unsupported_media', 'it is a PDF, and this job reads none');
    }
    if (read.url !== hit.url && !mayVisit(read.url, this.#rules)) {
      throw new Fault('fetch_refused', 'it leads to a site that this job does not read');
    }
  }

  /** Resolves when the asker can see it: those of one batch are committed together. */
  #addSource(state: ResearchState, hit: SearchHit, parsed: Readable): Promise<void> {
    const channel = this.#providers.find(({ name }) => name === hit.provider)?.channel;
    const source = sourceOf(hit, parsed, this.#rules, {
      number: state.sources.length + 1,
      ...(channel ? { channel } : {}),
    });
    state.sources.push(source);
    this.pages.push(pageOf(source, parsed, this.#rules));
    const { number, title, url, contentKind: kind } = source;
    if (kind !== undefined) {
      const text = parsed.content ?? contentOfText(parsed.text, kind);
      this.#contents.push({ source: number, kind, text });
    }
    return this.#ports.emit({ type: 'source', data: { number, title, url } });
  }
}

/** What became of a hit that was to be read. */
type Read = { hit: SearchHit } & ({ parsed: Readable } | { reason: string });

function rulesOf(request: PinnedRequest, clock: Clock): TriageRules {
  const settings = settingsOf(request);
  const { maxAgeMs } = settings;
  const askedMs = request.askedMs ?? clock.nowMs();
  return { ...settings, publishedAfterMs: maxAgeMs === null ? null : askedMs - maxAgeMs };
}
