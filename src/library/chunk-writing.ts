import type { Bound, Db } from '../db/database';
import type { Transaction } from '../db/write';
import { assert } from '../lib/assert';
import type { Chunk } from './chunk';
import { SHARED_SCOPE, scopeRange } from './scope';
import type { LibraryStore } from './store';
import type { Document } from './types';

/** Chunks in one write: so many hold the writer for some 50 ms. */
const CHUNKS_PER_WRITE = 256;

/** Writes and removes the chunks of a document, a bounded number in each write. */
export class ChunkWriting {
  #db: Db;
  #store: Bound<LibraryStore>;

  constructor(db: Db, store: Bound<LibraryStore>) {
    this.#db = db;
    this.#store = store;
  }

  /** `commit` joins the last write: a document of up to 256 chunks is one write. */
  async write(
    document: Document,
    text: string,
    chunks: Chunk[],
    commit: (tx: Transaction) => Promise<void>,
  ): Promise<void> {
    let written = 0;
    for (; chunks.length - written > CHUNKS_PER_WRITE; written += CHUNKS_PER_WRITE) {
      const part = chunks.slice(written, written + CHUNKS_PER_WRITE);
      await this.#db.write((tx) => this.#insert(tx, document, text, part));
    }
    await this.#db.write(async (tx) => {
      await this.#insert(tx, document, text, chunks.slice(written));
      await commit(tx);
    });
  }

  /** Those with an id of `fromId` or more. */
  async remove(documentId: string, fromId = 0): Promise<void> {
    let removed = CHUNKS_PER_WRITE;
    while (removed === CHUNKS_PER_WRITE) {
      removed = await this.#db.write((tx) =>
        this.#store.within(tx).deleteChunks(documentId, fromId, CHUNKS_PER_WRITE),
      );
    }
  }

  async #insert(tx: Transaction, document: Document, text: string, chunks: Chunk[]): Promise<void> {
    const within = this.#store.within(tx);
    const scope = document.shared ? SHARED_SCOPE : await within.scopeNumber(document.ownerId);
    assert(scope !== undefined, 'every owner has a number');
    const { first, last } = scopeRange(scope);
    let id = (await within.lastChunkId(first, last)) ?? first - 1;
    for (const { start, end } of chunks) {
      id++;
      const body = text.slice(start, end);
      await within.insertChunk(document.id, { id, start, end, title: document.title, body });
    }
    assert(id <= last, 'a scope holds its chunks');
  }
}
