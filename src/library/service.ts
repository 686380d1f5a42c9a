import type { Db } from '../db/database';
import type { Transaction } from '../db/write';
import { assert } from '../lib/assert';
import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import { type Chance, sha256Hex } from '../lib/ids';
import type { Log } from '../lib/log';
import type { GuardedFetch } from '../net/types';
import { type Chunk, chunkText } from './chunk';
import { normaliseTitle } from './parse/normalise';
import { SHARED_SCOPE, scopeRange } from './scope';
import type { LibrarySearch } from './search';
import { compressText, decompressText } from './snapshot-text';
import { createLibraryStore, type LibraryStore } from './store';
import type { Document, ParsedDocument, ParseInput, Snapshot } from './types';

export interface LibraryDeps {
  db: Db;
  clock: Clock;
  chance: Chance;
  log: Log;
  fetch: GuardedFetch;
  /** Where the CPU work runs is the caller's to say: in a Worker, or here. */
  parse: (input: ParseInput) => Promise<ParsedDocument>;
  search: LibrarySearch;
  limits: {
    maxDocumentBytes: number;
    /** Of one owner; no limit if absent. */
    maxDocuments?: number;
  };
}

interface Placement {
  ownerId: string;
  /** The caller has made sure that the owner may share with the team. */
  shared: boolean;
  title?: string | undefined;
}

export interface NewDocument extends Placement {
  bytes: Uint8Array;
  name: string;
  origin: string;
  declaredType?: string | undefined;
}

export interface NewText extends Placement {
  text: string;
  origin?: string | undefined;
}

export interface NewUrl extends Placement {
  url: string;
}

export interface Added {
  document: Document;
  /** False when the owner had the same text already. */
  added: boolean;
}

export interface Page {
  limit: number;
  offset: number;
}

export type Library = ReturnType<typeof createLibrary>;

const ACCEPTED = 'text/html, application/pdf, text/markdown, text/plain;q=0.9, */*;q=0.1';
/** How many snapshots one step of a sweep looks at: it bounds how long it holds the writer. */
const SWEEP_BATCH = 500;

/** The team's documents. A private one is to everybody but its owner as if it were not there. */
export function createLibrary(deps: LibraryDeps) {
  const store = deps.db.bind(createLibraryStore);
  const adding = createAdding(deps, store.within);

  /** Throws Fault `too_large`, and what the parser throws. */
  async function parse(input: ParseInput): Promise<ParsedDocument> {
    assertSize(input.bytes, deps.limits.maxDocumentBytes);
    return deps.parse(input);
  }

  /** The same text again is a no-op, except that adding it as shared shares it. */
  async function add(input: NewDocument): Promise<Added> {
    const { bytes, name, declaredType } = input;
    const parsed = await parse({ bytes, name, declaredType, url: urlOf(input.origin) });
    return adding.add({ ...input, bytes: bytes.length }, parsed);
  }

  async function get(userId: string, id: string): Promise<Document> {
    const document = await store.read.visibleDocument(userId, id);
    if (!document) throw notFound(id);
    return document;
  }

  async function snapshot(hash: string): Promise<Snapshot | undefined> {
    const row = await store.read.snapshotByHash(hash);
    if (!row) return undefined;
    const { mediaType, pageStarts } = row;
    return { hash, mediaType, pageStarts, text: decompressText(row.textZstd, row.length) };
  }

  return {
    parse,
    add,
    get,
    snapshot,
    search: deps.search,
    putSnapshot: adding.putSnapshot,

    addText({ text, origin = 'text', ...placement }: NewText): Promise<Added> {
      const bytes = new TextEncoder().encode(text);
      return add({
        ...placement,
        bytes,
        name: '',
        origin,
        declaredType: 'text/plain;charset=utf-8',
      });
    },

    /** Throws also what the guarded fetch throws; robots.txt is asked. */
    async addUrl({ url, ...placement }: NewUrl): Promise<Added> {
      const maxBytes = deps.limits.maxDocumentBytes;
      const page = await deps.fetch.get(url, { accept: ACCEPTED, maxBytes, robots: true });
      const declaredType = page.contentType ?? undefined;
      return add({ ...placement, ...page, name: nameOf(page.url), origin: page.url, declaredType });
    },

    /** Own and shared, newest first. */
    list: (userId: string, { limit, offset }: Page): Promise<Document[]> =>
      store.read.visibleDocuments(userId, limit, offset),

    /** Own and shared. */
    count: (userId: string): Promise<number> => store.read.countVisible(userId),

    /** Its snapshot stays for as long as a research quotes it. */
    async remove(userId: string, isAdmin: boolean, id: string): Promise<void> {
      await deps.db.write(async (tx) => {
        const within = store.within(tx);
        const document = await within.visibleDocument(userId, id);
        if (!document) throw notFound(id);
        if (document.ownerId !== userId && !isAdmin) {
          throw new Fault('forbidden', 'only its owner or an admin may remove a shared document');
        }
        await within.deleteChunks(id);
        await within.deleteDocument(id);
      });
    },

    async text(userId: string, id: string): Promise<string> {
      const { snapshotHash } = await get(userId, id);
      const stored = await snapshot(snapshotHash);
      // Between the two reads another request may have removed the document, and a sweep its text.
      if (!stored) throw notFound(id);
      return stored.text;
    },

    /** Removes the snapshots that no document and no research names; resolves to how many. */
    async sweepSnapshots(): Promise<number> {
      let removed = 0;
      let after = '';
      for (;;) {
        const batch = await store.read.snapshotsAfter(after, SWEEP_BATCH);
        const unnamed = batch.filter((row) => row.unnamed).map((row) => row.hash);
        if (unnamed.length > 0) {
          removed += await deps.db.write((tx) => store.within(tx).deleteUnnamed(unnamed));
        }
        const last = batch.at(-1);
        if (batch.length < SWEEP_BATCH || !last) break;
        after = last.hash;
      }
      if (removed > 0) deps.log.info('library.swept', { removed });
      return removed;
    },
  };
}

type Within = (tx: Transaction) => LibraryStore;

/** Everything that one added document writes, in one atomic write. */
function createAdding({ db, clock, chance, limits }: LibraryDeps, within: Within) {
  /**
   * Stores the text under its SHA-256 and resolves to that. Name it in the same write, by a
   * document or a research source, or the next sweep may take it.
   */
  async function putSnapshot(tx: Transaction, parsed: ParsedDocument): Promise<string> {
    const store = within(tx);
    const { text, mediaType, pageStarts } = parsed;
    const hash = sha256Hex(text);
    if (await store.hasSnapshot(hash)) return hash;
    const textZstd = compressText(text);
    const createdMs = clock.nowMs();
    await store.insertSnapshot({
      hash,
      mediaType,
      pageStarts,
      textZstd,
      length: text.length,
      createdMs,
    });
    return hash;
  }

  async function insertChunks(tx: Transaction, document: Document, text: string, chunks: Chunk[]) {
    const store = within(tx);
    const scope = document.shared ? SHARED_SCOPE : await store.scopeNumber(document.ownerId);
    assert(scope !== undefined, 'every owner has a number');
    const { first, last } = scopeRange(scope);
    let id = (await store.lastChunkId(first, last)) ?? first - 1;
    for (const { start, end } of chunks) {
      id++;
      const body = text.slice(start, end);
      await store.insertChunk(document.id, { id, start, end, title: document.title, body });
    }
    assert(id <= last, 'a scope holds its chunks');
  }

  /** Moves the chunks into the range that everybody searches. */
  async function share(tx: Transaction, existing: Document, text: string, chunks: Chunk[]) {
    const document = { ...existing, shared: true };
    await within(tx).deleteChunks(existing.id);
    await within(tx).shareDocument(existing.id);
    await insertChunks(tx, document, text, chunks);
    return document;
  }

  async function assertRoom(tx: Transaction, ownerId: string): Promise<void> {
    const { maxDocuments } = limits;
    if (maxDocuments === undefined) return;
    if ((await within(tx).countOwned(ownerId)) >= maxDocuments) {
      const message = `the library holds ${maxDocuments} documents of yours, the most it may: remove some first`;
      throw new Fault('too_large', message);
    }
  }

  type Input = Omit<NewDocument, 'bytes'> & { bytes: number };

  async function add(input: Input, parsed: ParsedDocument): Promise<Added> {
    const { text, mediaType, pageStarts } = parsed;
    const chunks = chunkText(text, pageStarts);
    return db.write(async (tx) => {
      const snapshotHash = await putSnapshot(tx, parsed);
      const existing = await within(tx).documentByText(input.ownerId, snapshotHash);
      if (existing) {
        const isNews = input.shared && !existing.shared;
        const document = isNews ? await share(tx, existing, text, chunks) : existing;
        return { document, added: false };
      }
      await assertRoom(tx, input.ownerId);
      const { ownerId, shared, origin, bytes } = input;
      const title = normaliseTitle(input.title ?? '') || parsed.title;
      const createdMs = clock.nowMs();
      const id = chance.id();
      const chunkCount = chunks.length;
      const document: Document = {
        ...{ id, ownerId, shared, title, origin, mediaType, bytes, snapshotHash, chunkCount },
        createdMs,
      };
      await within(tx).insertDocument(document);
      await insertChunks(tx, document, text, chunks);
      return { document, added: true };
    });
  }

  return { add, putSnapshot };
}

function assertSize(bytes: Uint8Array, maxBytes: number): void {
  if (bytes.length <= maxBytes) return;
  throw new Fault(
    'too_large',
    `the document has ${bytes.length} bytes and at most ${maxBytes} are allowed: split it`,
  );
}

function notFound(id: string): Fault {
  return new Fault('not_found', `no document has the id ${id.slice(0, 80)}`, { field: 'id' });
}

function urlOf(origin: string): string | undefined {
  return /^https?:\/\//i.test(origin) ? origin : undefined;
}

/** The last part of a URL's path: a hint for the parser and, at worst, the title. */
function nameOf(url: string): string {
  const { pathname, hostname } = new URL(url);
  const last = pathname.split('/').findLast((part) => part !== '');
  if (!last) return hostname;
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
