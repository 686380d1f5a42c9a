import { drawnTogether } from './likeness';
import { countTerms, relevanceOf, type TermCounts, type WeighedTerm } from './relevance';

/** A passage as the index found it. */
export interface FoundPassage {
  documentId: string;
  title: string;
  snapshotHash: string;
  start: number;
  end: number;
}

export interface WeighedDocument<Passage> {
  score: number;
  /** Best first. */
  passages: Passage[];
}

/** The text of a snapshot. */
export type Texts = (hash: string) => Promise<string | undefined>;

/** A text of this length is weighed whole; of a longer one the passages that were found. */
const WHOLE_TEXT_UNITS = 6_000;
/** Unpacking costs 3 µs a thousand units: this bounds what a search among long documents costs. */
const WEIGHED_UNITS = 2_000_000;
/** At about 60 bytes for each, a cache of some 12 MB in each Worker that searches. */
const MAX_CACHED_TERMS = 200_000;

/**
 * Weighs the documents in which a search found its passages against one another; `passages` and the
 * result are best first. What long documents leave unweighed follows as the index ranks it. The
 * counts of short documents are kept from search to search: neither text nor title ever changes.
 */
export function createWeighing() {
  const cache = new ReadCache();

  async function read(found: readonly FoundPassage[], texts: Texts): Promise<Read> {
    const [first] = found;
    if (!first) return { counts: countTerms({ title: '', text: '' }), units: 0 };
    const cached = cache.get(first.documentId);
    if (cached) return cached;
    const text = (await texts(first.snapshotHash)) ?? '';
    const isWhole = text.length <= WHOLE_TEXT_UNITS;
    const told = isWhole ? text : found.map(({ start, end }) => text.slice(start, end)).join('\n');
    const counts = countTerms({ title: first.title, text: told });
    const result = { counts, units: text.length };
    if (isWhole) cache.add(first.documentId, result);
    return result;
  }

  return async <Passage extends FoundPassage>(
    passages: readonly Passage[],
    texts: Texts,
    terms: readonly WeighedTerm[],
    totalCount: number,
  ): Promise<WeighedDocument<Passage>[]> => {
    const documents = [...Map.groupBy(passages, (passage) => passage.documentId).values()];
    const counts: TermCounts[] = [];
    let unitsLeft = WEIGHED_UNITS;
    for (const found of documents) {
      if (unitsLeft <= 0) break;
      const { units, counts: counted } = await read(found, texts);
      unitsLeft -= units;
      counts.push(counted);
    }
    const scores = drawnTogether(relevanceOf(terms, totalCount, counts), counts);
    const best = scores.map((score, index) => ({ score, passages: documents[index] ?? [] }));
    best.sort((a, b) => b.score - a.score);
    const least = best.at(-1)?.score ?? 0;
    const rest = documents.slice(counts.length);
    return [...best, ...rest.map((found) => ({ score: least, passages: found }))];
  };
}

interface Read {
  counts: TermCounts;
  /** The length of the whole text: it counts cached or not, or the answer would hang on the cache. */
  units: number;
}

/** Bounded by its terms; what was used longest ago goes first. */
class ReadCache {
  #reads = new Map<string, Read>();
  #termCount = 0;

  get(id: string): Read | undefined {
    const read = this.#reads.get(id);
    if (!read) return undefined;
    this.#reads.delete(id);
    this.#reads.set(id, read);
    return read;
  }

  add(id: string, read: Read): void {
    this.#reads.set(id, read);
    this.#termCount += termCount(read);
    for (const [oldest, old] of this.#reads) {
      if (this.#termCount <= MAX_CACHED_TERMS) return;
      this.#reads.delete(oldest);
      this.#termCount -= termCount(old);
    }
  }
}

function termCount({ counts: { title, body } }: Read): number {
  return title.size + body.size;
}
