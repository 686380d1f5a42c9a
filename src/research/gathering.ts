import type { Clock } from '../lib/clock';
import { Fault, publicMessage } from '../lib/fault';
import { sha256Hex } from '../lib/ids';
import type { ParsedDocument, Snapshot } from '../library/types';
import type { Reader, SearchHit, SearchProvider } from './ports';
import { Recorder, type TraceCall } from './recorder';
import { fuse, unseen } from './stages/search';
import type {
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
const HITS_PER_QUERY = 20;
/** Of a longer text, only what the search found is looked at. */
const READ_WHOLE_LENGTH = 120_000;

export interface GatheringPorts {
  providers: SearchProvider[];
  reader: Reader;
  clock: Clock;
  /** The stored text of a snapshot; undefined when there is none. */
  snapshot(hash: string): Promise<Snapshot | undefined>;
  emit(event: ProgressEvent): Promise<void>;
}

/** The search and read stages of one job, and what they remember between its waves. */
export class Gathering {
  /** Of every source read so far. */
  readonly pages: Page[] = [];
  #request: PinnedRequest;
  #ports: GatheringPorts;
  #signal: AbortSignal;
  #recorder: Recorder;
  #snapshots: ParsedDocument[] = [];
  #seen = new Set<string>();
  #given: SearchHit[] = [];
  #frontier: SearchHit[] = [];

  constructor(request: PinnedRequest, ports: GatheringPorts, signal: AbortSignal) {
    this.#request = request;
    this.#ports = ports;
    this.#signal = signal;
    this.#recorder = new Recorder(ports.clock);
  }

  /** Found and not read. */
  get unreadCount(): number {
    return this.#given.length + this.#frontier.length;
  }

  /** Brings back what a committed state only names: the pages' texts and what was seen. */
  async resume(state: ResearchState): Promise<void> {
    for (const source of state.sources) {
      const snapshot = await this.#ports.snapshot(source.snapshotHash);
      if (!snapshot) continue;
      this.pages.push(pageOf(source, snapshot));
      unseen([{ ...source, snippet: null, doi: null }], this.#seen);
    }
    this.#given = unseen(this.#request.sources.map(givenHit), this.#seen);
  }

  /** What was fetched and asked since the last time: it is committed with the wave. */
  take(): { snapshots: ParsedDocument[]; trace: TraceCall[] } {
    return { snapshots: this.#snapshots.splice(0), trace: this.#recorder.take() };
  }

  /** Asks every provider every query of the wave, all at once; a provider that fails is named. */
  async search(state: ResearchState, asked: PlannedQuery[]): Promise<number> {
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

  /** Reads up to `maxCount` more sources; resolves to how many could be read. */
  async read(state: ResearchState, maxCount: number): Promise<number> {
    let room = maxCount;
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
    state.unreadCount = this.unreadCount;
    return readCount;
  }

  /** What the asker gave comes before everything found. */
  #next(count: number): SearchHit[] {
    const given = this.#given.splice(0, count);
    return [...given, ...this.#frontier.splice(0, count - given.length)];
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
    this.pages.push(pageOf(source, parsed));
    const { number, title, url } = source;
    await this.#ports.emit({ type: 'source', data: { number, title, url } });
  }
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
