import type { Connection } from '../db/client';
import { COUNT_LIMIT, type CountedTerm, planSearch, queryTerms, quoted } from './query';
import { type ScopeRange, SHARED_SCOPE, scopeRange } from './scope';
import { decompressText } from './snapshot-text';
import type { LibraryHit } from './types';
import { createWeighing, type Texts, type WeighedDocument } from './weighing';

/**
 * `quick` ranks passages by the index alone, and `limit` counts them. `thorough` weighs the documents
 * they stand in against one another, at twice the cost: `limit` counts documents, and the answer is
 * the best passage of each, in the order of the documents, then the other passages found in them.
 */
export type SearchDepth = 'quick' | 'thorough';

/** What the user may see, best first. Any query is answered, if with nothing. */
export type LibrarySearch = (
  userId: string,
  query: string,
  limit: number,
  depth?: SearchDepth,
) => Promise<LibraryHit[]>;

interface RankedChunk {
  id: number;
  /** As FTS5 gives it: lower is better. */
  rank: number;
}

interface PassageRow {
  chunkId: number;
  start: number;
  end: number;
  documentId: string;
  title: string;
  origin: string;
  mediaType: string;
  snapshotHash: string;
}

const MAX_LIMIT = 500;
/** The same passage may be there twice, as one's own and as shared. */
const SPARE_HITS = 5;
/** How many passages a thorough search looks into: at least so many, and for each document wanted. */
const THOROUGH_PASSAGES = 200;
const PASSAGES_PER_DOCUMENT = 3;

const RANK = 'bm25(chunk_index, 2.0, 1.0)';

function prepareStatements(connection: Connection) {
  return {
    scope: connection.prepare<{ number: number }>(
      'SELECT number FROM library_scope WHERE owner_id = :userId',
    ),
    isUsed: connection.prepare<{ isUsed: 0 | 1 }>(
      'SELECT EXISTS (SELECT 1 FROM chunk WHERE id BETWEEN :first AND :last) AS isUsed',
    ),
    highest: connection.prepare<{ id: number | null }>(
      'SELECT max(id) AS id FROM chunk WHERE id BETWEEN :first AND :last',
    ),
    count: connection.prepare<{ chunkCount: number }>(
      `SELECT count(*) AS chunkCount FROM (
         SELECT 1 FROM chunk_index WHERE chunk_index MATCH :expression LIMIT ${COUNT_LIMIT})`,
    ),
    ranked: connection.prepare<RankedChunk>(
      `SELECT rowid AS id, ${RANK} AS rank FROM chunk_index
       WHERE chunk_index MATCH :expression AND rowid BETWEEN :first AND :last
       ORDER BY ${RANK} LIMIT :limit`,
    ),
    passages: connection.prepare<PassageRow>(
      `SELECT chunk.id AS chunkId, start_offset AS start, end_offset AS end,
              document.id AS documentId, title, origin, media_type AS mediaType,
              snapshot_hash AS snapshotHash
       FROM chunk JOIN document ON document.id = chunk.document_id
       WHERE chunk.id IN (SELECT value FROM json_each(:ids))
         AND (document.owner_id = :userId OR document.shared = 1)`,
    ),
    snapshot: connection.prepare<{ length: number; textZstd: Uint8Array }>(
      'SELECT length, text_zstd AS textZstd FROM snapshot WHERE hash = :hash',
    ),
  };
}

type Statements = ReturnType<typeof prepareStatements>;

/** Over a bare connection, so that it runs in a Worker beside the process that writes. */
export function createLibrarySearch(connection: Connection): LibrarySearch {
  const statements = prepareStatements(connection);
  const weighed = createWeighing();
  return async (userId, query, limit, depth = 'quick') => {
    const wanted = Math.min(Math.max(0, Math.floor(limit)), MAX_LIMIT);
    const terms = queryTerms(query);
    if (wanted === 0 || terms.length === 0) return [];
    const ranges = await rangesOf(statements, userId);
    const counted = await countedTerms(statements, terms);
    const considered =
      depth === 'quick' ? wanted : Math.max(wanted * PASSAGES_PER_DOCUMENT, THOROUGH_PASSAGES);
    const ranked = await rankedChunks(statements, counted, ranges, considered + SPARE_HITS);
    const rows = (await visiblePassages(statements, userId, ranked)).slice(0, considered);
    const texts = textsBy(statements.snapshot);
    if (depth === 'quick') return withText(texts, rows);
    const total = await chunkTotal(statements, ranges);
    const documents = await weighed(rows, texts, counted, total);
    return withText(texts, byDocument(documents.slice(0, wanted)));
  };
}

async function rangesOf(statements: Statements, userId: string): Promise<ScopeRange[]> {
  const own = await statements.scope.get({ userId });
  const shared = scopeRange(SHARED_SCOPE);
  const ranges: ScopeRange[] = [];
  for (const range of own ? [scopeRange(own.number), shared] : [shared]) {
    if ((await statements.isUsed.get({ ...range }))?.isUsed) ranges.push(range);
  }
  return ranges;
}

async function countedTerms(statements: Statements, terms: string[]): Promise<CountedTerm[]> {
  const counted = [];
  for (const term of terms) {
    const row = await statements.count.get({ expression: quoted(term) });
    counted.push({ term, chunkCount: row?.chunkCount ?? 0 });
  }
  return counted;
}

/** Ids are given in a row: the highest tells how many there are, but for what was removed. */
async function chunkTotal(statements: Statements, ranges: ScopeRange[]): Promise<number> {
  let total = 0;
  for (const range of ranges) {
    const row = await statements.highest.get({ ...range });
    if (row?.id) total += row.id - range.first + 1;
  }
  return total;
}

async function rankedChunks(
  statements: Statements,
  counted: CountedTerm[],
  ranges: ScopeRange[],
  limit: number,
): Promise<RankedChunk[]> {
  const plan = planSearch(counted);
  const best = new Map<number, number>();
  for (const [index, expression] of plan.expressions.entries()) {
    if (index > 0 && plan.firstMaySuffice && best.size >= limit) break;
    for (const range of ranges) {
      for (const { id, rank } of await statements.ranked.all({ expression, ...range, limit })) {
        best.set(id, Math.min(rank, best.get(id) ?? 0));
      }
    }
  }
  const all = Array.from(best, ([id, rank]) => ({ id, rank }));
  return all.sort((a, b) => a.rank - b.rank || a.id - b.id).slice(0, limit);
}

type ScoredPassage = PassageRow & { score: number };

/** In the order of `ranked`. The statement filters by owner again: the id ranges alone would do. */
async function visiblePassages(
  statements: Statements,
  userId: string,
  ranked: RankedChunk[],
): Promise<ScoredPassage[]> {
  const ids = JSON.stringify(ranked.map(({ id }) => id));
  const rows = new Map<number, PassageRow>();
  for (const row of await statements.passages.all({ ids, userId })) rows.set(row.chunkId, row);
  const seen = new Set<string>();
  const passages: ScoredPassage[] = [];
  for (const { id, rank } of ranked) {
    const row = rows.get(id);
    const place = row && `${row.snapshotHash}:${row.start}`;
    if (!row || !place || seen.has(place)) continue;
    seen.add(place);
    passages.push({ ...row, score: -rank });
  }
  return passages;
}

/** The best passage of each document, then the others as they were ranked. */
function byDocument(documents: WeighedDocument<ScoredPassage>[]): ScoredPassage[] {
  const leads: ScoredPassage[] = [];
  const others: ScoredPassage[] = [];
  for (const { score, passages } of documents) {
    const [lead, ...rest] = passages;
    if (lead) leads.push({ ...lead, score });
    others.push(...rest);
  }
  return [...leads, ...others.sort((a, b) => b.score - a.score)];
}

/** The texts of snapshots, each unpacked once. */
function textsBy(snapshots: Statements['snapshot']): Texts {
  const texts = new Map<string, string>();
  return async (hash) => {
    const known = texts.get(hash);
    if (known !== undefined) return known;
    const row = await snapshots.get({ hash });
    if (!row) return undefined;
    const text = decompressText(row.textZstd, row.length);
    texts.set(hash, text);
    return text;
  };
}

async function withText(texts: Texts, passages: ScoredPassage[]): Promise<LibraryHit[]> {
  const hits: LibraryHit[] = [];
  for (const { chunkId: _, ...passage } of passages) {
    const text = await texts(passage.snapshotHash);
    if (text !== undefined) hits.push({ ...passage, text: text.slice(passage.start, passage.end) });
  }
  return hits;
}
