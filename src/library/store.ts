import { and, count, desc, eq, or, sql } from 'drizzle-orm';
import type { Connection } from '../db/client';
import { document, snapshot } from '../db/schema/library';
import type { Document, PackedSnapshot } from './types';

/** The row of a snapshot. */
export interface SnapshotRow extends PackedSnapshot {
  createdMs: number;
}

export interface NewChunk {
  id: number;
  start: number;
  end: number;
  title: string;
  body: string;
}

export type LibraryStore = ReturnType<typeof createLibraryStore>;

/** The statements of the library. */
export function createLibraryStore(connection: Connection) {
  return {
    ...documentStatements(connection),
    ...snapshotStatements(connection),
    ...chunkStatements(connection),
  };
}

function documentStatements({ drizzle }: Connection) {
  const userId = sql.placeholder('userId');
  const isVisible = or(eq(document.ownerId, userId), eq(document.shared, true));
  const newDocument = {
    id: sql.placeholder('id'),
    ownerId: sql.placeholder('ownerId'),
    shared: sql.placeholder('shared'),
    title: sql.placeholder('title'),
    origin: sql.placeholder('origin'),
    mediaType: sql.placeholder('mediaType'),
    bytes: sql.placeholder('bytes'),
    snapshotHash: sql.placeholder('snapshotHash'),
    chunkCount: sql.placeholder('chunkCount'),
    createdMs: sql.placeholder('createdMs'),
  };
  const insert = drizzle.insert(document).values(newDocument).prepare();
  const byText = drizzle
    .select()
    .from(document)
    .where(and(eq(document.ownerId, userId), eq(document.snapshotHash, sql.placeholder('hash'))))
    .prepare();
  const visible = drizzle
    .select()
    .from(document)
    .where(and(eq(document.id, sql.placeholder('id')), isVisible))
    .prepare();
  const visibleByText = drizzle
    .select()
    .from(document)
    .where(and(eq(document.snapshotHash, sql.placeholder('hash')), isVisible))
    .limit(1)
    .prepare();
  const page = drizzle
    .select()
    .from(document)
    .where(isVisible)
    .orderBy(desc(document.createdMs), desc(document.id))
    .limit(sql.placeholder('limit'))
    .offset(sql.placeholder('offset'))
    .prepare();
  const countVisible = drizzle.select({ n: count() }).from(document).where(isVisible).prepare();
  const countOwned = drizzle
    .select({ n: count() })
    .from(document)
    .where(eq(document.ownerId, userId))
    .prepare();
  const share = drizzle
    .update(document)
    .set({ shared: true })
    .where(eq(document.id, sql.placeholder('id')))
    .prepare();
  const remove = drizzle
    .delete(document)
    .where(eq(document.id, sql.placeholder('id')))
    .prepare();
  return {
    insertDocument: async (row: Document): Promise<void> => void insert.run({ ...row }),
    documentByText: async (owner: string, hash: string): Promise<Document | undefined> =>
      byText.get({ userId: owner, hash }),
    visibleDocument: async (user: string, id: string): Promise<Document | undefined> =>
      visible.get({ userId: user, id }),
    visibleByText: async (user: string, hash: string): Promise<Document | undefined> =>
      visibleByText.get({ userId: user, hash }),
    visibleDocuments: async (user: string, limit: number, offset: number): Promise<Document[]> =>
      page.all({ userId: user, limit, offset }),
    countVisible: async (user: string): Promise<number> =>
      countVisible.get({ userId: user })?.n ?? 0,
    countOwned: async (user: string): Promise<number> => countOwned.get({ userId: user })?.n ?? 0,
    shareDocument: async (id: string): Promise<void> => void share.run({ id }),
    deleteDocument: async (id: string): Promise<void> => void remove.run({ id }),
  };
}

/** What a document or a research names is never swept. */
const UNNAMED = `NOT EXISTS (SELECT 1 FROM document WHERE snapshot_hash = snapshot.hash)
  AND NOT EXISTS (SELECT 1 FROM research_source WHERE snapshot_hash = snapshot.hash)`;

function snapshotStatements(connection: Connection) {
  const insert = connection.drizzle
    .insert(snapshot)
    .values({
      hash: sql.placeholder('hash'),
      mediaType: sql.placeholder('mediaType'),
      length: sql.placeholder('length'),
      pageStarts: sql.placeholder('pageStarts'),
      textZstd: sql.placeholder('textZstd'),
      createdMs: sql.placeholder('createdMs'),
    })
    .onConflictDoNothing()
    .prepare();
  const byHash = connection.drizzle
    .select()
    .from(snapshot)
    .where(eq(snapshot.hash, sql.placeholder('hash')))
    .prepare();
  const exists = connection.prepare<{ n: number }>(
    'SELECT 1 AS n FROM snapshot WHERE hash = :hash',
  );
  const hashesAfter = connection.prepare<{ hash: string; unnamed: 0 | 1 }>(
    `SELECT hash, (${UNNAMED}) AS unnamed FROM snapshot
     WHERE hash > :after ORDER BY hash LIMIT :limit`,
  );
  const sweep = connection.prepare<never>(
    `DELETE FROM snapshot WHERE hash IN (SELECT value FROM json_each(:hashes)) AND ${UNNAMED}`,
  );
  return {
    hasSnapshot: async (hash: string): Promise<boolean> =>
      (await exists.get({ hash })) !== undefined,
    insertSnapshot: async (row: SnapshotRow): Promise<void> => void insert.run({ ...row }),
    snapshotByHash: async (hash: string): Promise<SnapshotRow | undefined> => byHash.get({ hash }),
    snapshotsAfter: (after: string, limit: number) => hashesAfter.all({ after, limit }),
    /** Deletes those of `hashes` that are still unnamed; resolves to how many. */
    deleteUnnamed: (hashes: string[]): Promise<number> =>
      sweep.run({ hashes: JSON.stringify(hashes) }),
  };
}

function chunkStatements(connection: Connection) {
  const scopeOf = connection.prepare<{ number: number }>(
    'SELECT number FROM library_scope WHERE owner_id = :ownerId',
  );
  const newScope = connection.prepare<{ number: number }>(
    'INSERT INTO library_scope (owner_id) VALUES (:ownerId) RETURNING number',
  );
  const lastId = connection.prepare<{ id: number | null }>(
    'SELECT max(id) AS id FROM chunk WHERE id BETWEEN :first AND :last',
  );
  const insertChunk = connection.prepare<never>(
    `INSERT INTO chunk (id, document_id, start_offset, end_offset)
     VALUES (:id, :documentId, :start, :end)`,
  );
  const index = connection.prepare<never>(
    'INSERT INTO chunk_index (rowid, title, body) VALUES (:id, :title, :body)',
  );
  const some = `SELECT id FROM chunk WHERE document_id = :documentId AND id >= :fromId
    ORDER BY id LIMIT :limit`;
  const unindex = connection.prepare<never>(`DELETE FROM chunk_index WHERE rowid IN (${some})`);
  const deleteChunks = connection.prepare<never>(`DELETE FROM chunk WHERE id IN (${some})`);
  const orphans = connection.prepare<{ documentId: string }>(`
    SELECT DISTINCT document_id AS documentId FROM chunk
    WHERE document_id < :bound
      AND NOT EXISTS (SELECT 1 FROM document WHERE id = chunk.document_id)`);
  return {
    /** The owner's number, given at the first need. */
    async scopeNumber(ownerId: string): Promise<number | undefined> {
      return ((await scopeOf.get({ ownerId })) ?? (await newScope.get({ ownerId })))?.number;
    },
    lastChunkId: async (first: number, last: number): Promise<number | undefined> =>
      (await lastId.get({ first, last }))?.id ?? undefined,
    async insertChunk(documentId: string, chunk: NewChunk): Promise<void> {
      const { id, start, end, title, body } = chunk;
      await insertChunk.run({ id, documentId, start, end });
      await index.run({ id, title, body });
    },
    /** Deletes up to `limit` chunks from `fromId` on; resolves to how many. */
    async deleteChunks(documentId: string, fromId: number, limit: number): Promise<number> {
      await unindex.run({ documentId, fromId, limit });
      return deleteChunks.run({ documentId, fromId, limit });
    },
    /** Documents that chunks name, though they are not there, with an id below `bound`. */
    async orphansBefore(bound: string): Promise<string[]> {
      return (await orphans.all({ bound })).map((row) => row.documentId);
    },
  };
}
