import type { Db } from '../db/database';
import type { Transaction } from '../db/write';
import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import type { Chance } from '../lib/ids';
import type { Log } from '../lib/log';
import type { GuardedFetch } from '../net/types';
import type { Chunk } from './chunk';
import type { LibrarySearch } from './search';
import { packSnapshot, unpackSnapshot } from './snapshot-text';
import { createLibraryStore } from './store';
import type {
  Added,
  Document,
  PackedSnapshot,
  ParsedDocument,
  ParseInput,
  Snapshot,
} from './types';
import { DocumentWriting } from './writing';

export interface LibraryDeps {
  db: Db;
  clock: Clock;
  chance: Chance;
  log: Log;
  fetch: GuardedFetch;
  /** Where the CPU work runs is the caller's to say: in a Worker, or here. */
  parse: (input: ParseInput) => Promise<ParsedDocument>;
  chunk: (text: string, pageStarts: number[] | null) => Promise<Chunk[]>;
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
  const writing = new DocumentWriting(deps);

  /** Throws Fault `too_large`, and what the parser throws. */
  async function parse(input: ParseInput): Promise<ParsedDocument> {
    assertSize(input.bytes, deps.limits.maxDocumentBytes);
    return deps.parse(input);
  }

  /** The same text again is a no-op, except that adding it as shared shares it. */
  async function add(input: NewDocument): Promise<Added> {
    const { bytes, name, declaredType } = input;
    const parsed = await parse({ bytes, name, declaredType, url: urlOf(input.origin) });
    return writing.add({ ...input, bytes: bytes.length }, parsed);
  }

  async function get(userId: string, id: string): Promise<Document> {
    const document = await store.read.visibleDocument(userId, id);
    if (!document) throw notFound(id);
    return document;
  }

  async function snapshot(hash: string): Promise<Snapshot | undefined> {
    const row = await store.read.snapshotByHash(hash);
    return row && unpackSnapshot(row);
  }

  return {
    parse,
    add,
    get,
    snapshot,
    search: deps.search,
    packSnapshot,
    putSnapshot: (tx: Transaction, packed: PackedSnapshot) => writing.putSnapshot(tx, packed),

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
        await within.deleteDocument(id);
      });
      await writing.removeChunks(id);
    },

    /** A document that the user may see and whose text has this hash; undefined for any other. */
    byText: (userId: string, hash: string) => store.read.visibleByText(userId, hash),

    async text(userId: string, id: string): Promise<string> {
      const { snapshotHash } = await get(userId, id);
      const stored = await snapshot(snapshotHash);
      // Between the two reads another request may have removed the document, and a sweep its text.
      if (!stored) throw notFound(id);
      return stored.text;
    },

    /** Removes the snapshots that no document and no research names, and the chunks that a crash
     * left without a document; resolves to how many snapshots. */
    async sweep(): Promise<number> {
      await writing.removeOrphans();
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
