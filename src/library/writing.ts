import type { Bound, Db } from '../db/database';
import type { Transaction } from '../db/write';
import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import type { Chance } from '../lib/ids';
import type { Chunk } from './chunk';
import { ChunkWriting } from './chunk-writing';
import { normaliseTitle } from './parse/normalise';
import { SHARED_SCOPE, scopeRange } from './scope';
import { packSnapshot } from './snapshot-text';
import { createLibraryStore, type LibraryStore } from './store';
import type { Added, Document, PackedSnapshot, ParsedDocument } from './types';

export interface DocumentWritingDeps {
  db: Db;
  clock: Clock;
  chance: Chance;
  chunk: (text: string, pageStarts: number[] | null) => Promise<Chunk[]>;
  limits: { maxDocuments?: number };
}

export interface NewDocumentRow {
  ownerId: string;
  shared: boolean;
  origin: string;
  bytes: number;
  title?: string | undefined;
}

/** No document takes longer to add; chunks that have waited longer for theirs wait in vain. */
const ORPHAN_AGE_MS = 86_400_000;

/**
 * How documents come and go. A document exists when its row does: its chunks are written before
 * and removed after, in writes that are short however large the document is.
 */
export class DocumentWriting {
  #deps: DocumentWritingDeps;
  #store: Bound<LibraryStore>;
  #chunks: ChunkWriting;

  constructor(deps: DocumentWritingDeps) {
    this.#deps = deps;
    this.#store = deps.db.bind(createLibraryStore);
    this.#chunks = new ChunkWriting(deps.db, this.#store);
  }

  /** Name it in the same write, by a document or a research source, or the next sweep may take it. */
  async putSnapshot(tx: Transaction, packed: PackedSnapshot): Promise<void> {
    const within = this.#store.within(tx);
    if (await within.hasSnapshot(packed.hash)) return;
    await within.insertSnapshot({ ...packed, createdMs: this.#deps.clock.nowMs() });
  }

  /** The same text again is the owner's document of that time. */
  async add(input: NewDocumentRow, parsed: ParsedDocument): Promise<Added> {
    const { text, hash: snapshotHash, mediaType, pageStarts } = parsed;
    const chunks = await this.#deps.chunk(text, pageStarts);
    const existing = await this.#store.read.documentByText(input.ownerId, snapshotHash);
    if (existing) {
      const isNews = input.shared && !existing.shared;
      return {
        document: isNews ? await this.#share(existing, text, chunks) : existing,
        added: false,
      };
    }
    const { ownerId, shared, origin, bytes } = input;
    const document: Document = {
      id: this.#deps.chance.id(),
      ...{ ownerId, shared, origin, bytes, mediaType, snapshotHash },
      title: normaliseTitle(input.title ?? '') || parsed.title,
      chunkCount: chunks.length,
      createdMs: this.#deps.clock.nowMs(),
    };
    const packed = await packSnapshot(parsed);
    try {
      await this.#chunks.write(document, text, chunks, (tx) => this.#insert(tx, document, packed));
      return { document, added: true };
    } catch (thrown) {
      await this.#chunks.remove(document.id);
      if (thrown instanceof AddedMeanwhile) return this.add(input, parsed);
      throw thrown;
    }
  }

  /** For a document whose row is gone. */
  removeChunks(documentId: string): Promise<void> {
    return this.#chunks.remove(documentId);
  }

  /** Takes the chunks that a crash left without a document. */
  async removeOrphans(): Promise<void> {
    // Ids are ordered by the time they were made, so an id of that age is a bound.
    const bound = uuidBound(this.#deps.clock.nowMs() - ORPHAN_AGE_MS);
    for (const id of await this.#store.read.orphansBefore(bound)) await this.#chunks.remove(id);
  }

  async #insert(tx: Transaction, document: Document, packed: PackedSnapshot): Promise<void> {
    const { ownerId, snapshotHash } = document;
    const within = this.#store.within(tx);
    if (await within.documentByText(ownerId, snapshotHash)) throw new AddedMeanwhile();
    await this.#assertRoom(tx, ownerId);
    await this.putSnapshot(tx, packed);
    await within.insertDocument(document);
  }

  async #assertRoom(tx: Transaction, ownerId: string): Promise<void> {
    const { maxDocuments } = this.#deps.limits;
    if (maxDocuments === undefined) return;
    if ((await this.#store.within(tx).countOwned(ownerId)) >= maxDocuments) {
      const message = `the library holds ${maxDocuments} documents of yours, the most it may: remove some first`;
      throw new Fault('too_large', message);
    }
  }

  /** Writes the chunks anew where all may find them, then takes those away that the owner could. */
  async #share(existing: Document, text: string, chunks: Chunk[]): Promise<Document> {
    const document = { ...existing, shared: true };
    await this.#chunks.write(document, text, chunks, (tx) =>
      this.#store.within(tx).shareDocument(existing.id),
    );
    await this.#chunks.remove(existing.id, scopeRange(SHARED_SCOPE).last + 1);
    return document;
  }
}

/** Another request added the same text while the chunks of this one were written. */
class AddedMeanwhile extends Error {}

/** No UUIDv7 that was made before `ms` sorts after this. */
function uuidBound(ms: number): string {
  const hex = ms.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}
