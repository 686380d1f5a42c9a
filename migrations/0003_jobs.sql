-- One table for every kind of work. What a job is about lies in its feature's own table.
CREATE TABLE job (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  user_id TEXT NOT NULL,
  key_id TEXT,
  payload TEXT,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'canceled')),
  priority INTEGER NOT NULL DEFAULT 0,
  start_tag INTEGER NOT NULL,
  finish_tag INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  max_attempts INTEGER NOT NULL,
  fence INTEGER NOT NULL DEFAULT 0,
  leased_until_ms INTEGER,
  due_ms INTEGER NOT NULL,
  deadline_ms INTEGER,
  cancel_requested_ms INTEGER,
  idempotency_key TEXT,
  request_hash TEXT,
  error TEXT,
  created_ms INTEGER NOT NULL,
  started_ms INTEGER,
  ended_ms INTEGER
) STRICT;

CREATE INDEX job_ready ON job (kind, priority DESC, start_tag, id) WHERE state = 'queued';
CREATE INDEX job_by_user_tag ON job (user_id, kind, finish_tag) WHERE state IN ('queued', 'running');
CREATE INDEX job_leased ON job (leased_until_ms) WHERE state = 'running';
CREATE UNIQUE INDEX job_idempotency ON job (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE TABLE job_event (
  job_id TEXT NOT NULL REFERENCES job (id),
  seq INTEGER NOT NULL,
  type TEXT NOT NULL,
  data TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  PRIMARY KEY (job_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE cron (
  name TEXT PRIMARY KEY,
  expression TEXT NOT NULL,
  due_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
