-- The text that was read from a source, kept so that every quote can be checked against it.
CREATE TABLE snapshot (
  hash TEXT PRIMARY KEY,
  media_type TEXT NOT NULL,
  length INTEGER NOT NULL,
  page_starts TEXT,
  text_zstd BLOB NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE document (
  id TEXT PRIMARY KEY,
  owner_id TEXT NOT NULL REFERENCES user (id),
  shared INTEGER NOT NULL CHECK (shared IN (0, 1)),
  title TEXT NOT NULL,
  origin TEXT NOT NULL,
  media_type TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  snapshot_hash TEXT NOT NULL REFERENCES snapshot (hash),
  chunk_count INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  UNIQUE (owner_id, snapshot_hash)
) STRICT;

CREATE INDEX document_by_owner ON document (owner_id, created_ms);
CREATE INDEX document_shared ON document (created_ms) WHERE shared = 1;
CREATE INDEX document_by_snapshot ON document (snapshot_hash);

-- Who may find a chunk is the range its id lies in: number * 2^32 up to the next number's. The
-- shared range is number 0. So the filter is a range of the index itself and never a part of a
-- query's text. The bound keeps every id exact in a double.
CREATE TABLE library_scope (
  number INTEGER PRIMARY KEY CHECK (number BETWEEN 1 AND 2097151),
  owner_id TEXT NOT NULL UNIQUE REFERENCES user (id)
) STRICT;

-- Offsets are UTF-16 code units into the snapshot's text. A large document's chunks are written
-- before its row and removed after it, some at a time: chunks without a document are found by nobody,
-- and a sweep takes those that a crash left behind.
CREATE TABLE chunk (
  id INTEGER PRIMARY KEY,
  document_id TEXT NOT NULL,
  start_offset INTEGER NOT NULL,
  end_offset INTEGER NOT NULL
) STRICT;

CREATE INDEX chunk_by_document ON chunk (document_id);

CREATE VIRTUAL TABLE chunk_index USING fts5 (
  title, body,
  content = '', contentless_delete = 1,
  tokenize = 'porter unicode61 remove_diacritics 2'
);
