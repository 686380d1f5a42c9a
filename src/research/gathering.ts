import type { Clock } from '../lib/clock';
import { Fault, publicMessage } from '../lib/fault';
import { sha256Hex } from '../lib/ids';
import type { ParsedDocument, Snapshot } from '../library/types';
import { contentOfText } from './content';
import { type Meter, unmetered } from './meter';
import type { Reader, ReadPage, SearchHit, SearchProvider } from './ports';
import { Recorder, type TraceCall } from './recorder';
import { settingsOf } from './settings';
import { fuse, unseen } from './stages/search';
import { mayRead, mayVisit, type TriageRules } from './stages/triage';
import type {
  ContentKind,
  Page,
  PinnedRequest,
  PinnedSource,
  PlannedQuery,
  ProgressEvent,
  ResearchState,
  Search,
  Source,
} from './types';

const READS_AT_ONCE = 6;
const GIVEN = 'given';

export interface GatheringPorts {
  providers: SearchProvider[];
  reader: Reader;
  clock: Clock;
  /** Of a job that is metered. */
  meter?: Meter;
  /** The stored text of a snapshot; undefined when there is none. */
  snapshot(hash: string): Promise<Snapshot | undefined>;
  emit(event: ProgressEvent): Promise<void>;
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
  #recorder: Recorder;
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
    this.#recorder = new Recorder(ports.clock);
  }

  /** Found and not read. */
  get unreadCount(): number {
    return this.#given.length + this.#frontier.length;
  }

  /** True when the cost limit of the job kept something from being asked or read. */
  get isOverCost(): boolean {
    return this.#meter.hasRefused || (this.unreadCount > 0 && this.#meter.isExhausted);
  }

  /** Brings back what a committed state only names: the pages' texts and what was seen. */
  async resume(state: ResearchState): Promise<void> {
    for (const source of state.sources) {
      const snapshot = await this.#ports.snapshot(source.snapshotHash);
      if (!snapshot) continue;
      this.pages.push(pageOf(source, snapshot, this.#rules));
      unseen([{ ...source, snippet: null, doi: null }], this.#seen);
    }
    this.#given = unseen(this.#request.sources.map(givenHit), this.#seen);
  }

  /** What was fetched and asked since the last time: it is committed with the wave. */
  take(): { snapshots: ParsedDocument[]; contents: SourceContent[]; trace: TraceCall[] } {
    return {
      snapshots: this.#snapshots.splice(0),
      contents: this.#contents.splice(0),
      trace: this.#recorder.take(),
    };
  }

  /** Asks every provider every query of the wave, all at once; a provider that fails is named. */
  async search(state: ResearchState, asked: PlannedQuery[]): Promise<number> {
    const { channel } = this.#rules;
    const providers = this.#ports.providers.filter(
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

  async #ask(
    state: ResearchState,
    { subQuestion, text }: PlannedQuery,
    provider: SearchProvider,
  ): Promise<{ hits: SearchHit[]; search: Search }> {
    const { resultsPerQuery: limit, publishedAfterMs } = this.#rules;
    const query = { text, limit, language: this.#request.language, publishedAfterMs };
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
      const found = await this.#recorder.record(
        `search.${provider.name}`,
        query,
        () => provider.search(query, this.#signal),
        (answer) => answer.map(({ url, title }) => ({ url, title })),
      );
      const hits = found.slice(0, limit).filter((hit) => mayRead(hit, text, this.#rules));
      const passedOverCount = found.length - hits.length;
      return { hits, search: { ...search, foundCount: found.length, passedOverCount } };
    } catch (thrown) {
      return { hits: [], search: { ...search, error: publicMessage(thrown) } };
    }
  }

  /** Reads up to `maxCount` more sources; resolves to how many could be read. */
  async read(state: ResearchState, maxCount: number): Promise<number> {
    let room = maxCount;
    let readCount = 0;
    while (room > 0 && !this.#signal.aborted) {
      const wanted = Math.min(READS_AT_ONCE, room, this.unreadCount);
      const batch = this.#next(this.#meter.reserveSources(wanted));
      if (batch.length === 0) break;
      const pages = await Promise.all(batch.map((hit) => this.#readOne(hit, state)));
      for (const [index, parsed] of pages.entries()) {
        const hit = batch[index];
        if (!hit) continue;
        if (!parsed) {
          this.#meter.giveBackSource();
          continue;
        }
        readCount += 1;
        room -= 1;
        await this.#addSource(state, hit, parsed);
      }
    }
    state.unreadCount = this.unreadCount;
    return readCount;
  }

  /** What the asker gave comes before everything found. */
  #next(count: number): SearchHit[] {
    const given = this.#given.splice(0, count);
    return [...given, ...this.#frontier.splice(0, count - given.length)];
  }

  async #readOne(hit: SearchHit, state: ResearchState): Promise<Readable | undefined> {
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

  async #textOf(hit: SearchHit): Promise<Readable> {
    if (hit.snapshotHash === null) {
      const { posture, sourceContent: content } = this.#rules;
      const options = { posture, content, snippet: hit.snippet };
      const page = await this.#ports.reader.read(hit.url, this.#signal, options);
      this.#assertWanted(hit, page);
      this.#snapshots.push(page);
      return page;
    }
    const snapshot = await this.#ports.snapshot(hit.snapshotHash);
    // A document may be removed between the search and the read.
    if (!snapshot) throw new Fault('not_found', 'the document was removed meanwhile');
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

  async #addSource(state: ResearchState, hit: SearchHit, parsed: Readable): Promise<void> {
    const { readLength, sourceContent } = this.#rules;
    const kind = parsed.isSnippet ? null : sourceContent;
    const channel = this.#ports.providers.find(({ name }) => name === hit.provider)?.channel;
    const isLarge = parsed.text.length > readLength;
    const source: Source = {
      number: state.sources.length + 1,
      url: hit.url,
      title: parsed.title || hit.title,
      domain: domainOf(hit.url),
      provider: hit.provider,
      ...(channel ? { channel } : {}),
      snapshotHash: sha256Hex(parsed.text),
      summary: null,
      copyOf: null,
      ...(kind === null ? {} : { contentKind: kind }),
      ...canonicalOf(parsed, hit.url),
      ...(parsed.optOut?.tier ? { optOutTier: parsed.optOut.tier } : {}),
      ...(parsed.isSnippet ? { isSnippet: true } : {}),
      ...(isLarge && hit.spans ? { spans: hit.spans } : {}),
    };
    state.sources.push(source);
    this.pages.push(pageOf(source, parsed, this.#rules));
    const { number, title, url } = source;
    if (kind !== null) {
      const text = parsed.content ?? contentOfText(parsed.text, kind);
      this.#contents.push({ source: number, kind, text });
    }
    await this.#ports.emit({ type: 'source', data: { number, title, url } });
  }
}

/** The text of a source; what was fetched may have its whole content beside it. */
type Readable = ParsedDocument & Pick<ReadPage, 'content' | 'optOut' | 'isSnippet'>;

function rulesOf(request: PinnedRequest, clock: Clock): TriageRules {
  const settings = settingsOf(request);
  const { maxAgeMs } = settings;
  const askedMs = request.askedMs ?? clock.nowMs();
  return { ...settings, publishedAfterMs: maxAgeMs === null ? null : askedMs - maxAgeMs };
}

function pageOf(
  source: Source,
  parsed: Pick<ParsedDocument, 'text' | 'pageStarts'>,
  { readLength }: TriageRules,
): Page {
  const { number, snapshotHash, url, title, domain, canonicalUrl, spans = null } = source;
  const { text, pageStarts } = parsed;
  return {
    source: number,
    snapshotHash,
    url,
    ...(canonicalUrl ? { canonicalUrl } : {}),
    title,
    domain,
    text,
    pageStarts,
    spans,
    readLength,
  };
}

function canonicalOf({ head }: ParsedDocument, url: string): Pick<Source, 'canonicalUrl'> {
  const canonicalUrl = head?.canonicalUrl ?? null;
  return canonicalUrl === null || canonicalUrl === url ? {} : { canonicalUrl };
}

function givenHit(source: PinnedSource): SearchHit {
  const isSnapshot = source.kind === 'snapshot';
  return {
    url: source.url,
    title: isSnapshot ? source.title : source.url,
    provider: GIVEN,
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
