-- One table for every kind of work. What a job is about lies in its feature's own table.
-- A queued job with a `start_tag` is ready; one without waits for its `due_ms`.
CREATE TABLE job (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  user_id TEXT NOT NULL,
  key_id TEXT,
  payload TEXT,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'canceled')),
  priority INTEGER NOT NULL,
  cost INTEGER NOT NULL CHECK (cost > 0),
  start_tag INTEGER,
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  max_attempts INTEGER NOT NULL CHECK (max_attempts > 0),
  fence INTEGER NOT NULL,
  leased_until_ms INTEGER CHECK ((leased_until_ms IS NOT NULL) = (state = 'running')),
  due_ms INTEGER NOT NULL,
  deadline_ms INTEGER,
  cancel_requested_ms INTEGER,
  idempotency_key TEXT,
  request_hash TEXT,
  error TEXT,
  created_ms INTEGER NOT NULL,
  started_ms INTEGER,
  ended_ms INTEGER CHECK ((ended_ms IS NULL) = (state IN ('queued', 'running')))
) STRICT;

CREATE INDEX job_ready ON job (kind, priority DESC, start_tag, id)
  WHERE state = 'queued' AND start_tag IS NOT NULL;
CREATE INDEX job_waiting ON job (kind, due_ms) WHERE state = 'queued' AND start_tag IS NULL;
CREATE INDEX job_overdue ON job (deadline_ms) WHERE state = 'queued' AND deadline_ms IS NOT NULL;
CREATE INDEX job_leased ON job (leased_until_ms) WHERE state = 'running';
CREATE INDEX job_by_user ON job (user_id, id);
CREATE UNIQUE INDEX job_idempotency ON job (user_id, idempotency_key)
  WHERE idempotency_key IS NOT NULL;

-- The virtual time of the fair queue: the highest start tag that was started.
CREATE TABLE job_lane (
  kind TEXT NOT NULL,
  priority INTEGER NOT NULL,
  virtual_time INTEGER NOT NULL,
  PRIMARY KEY (kind, priority)
) STRICT, WITHOUT ROWID;

-- Where each user's jobs end in it: the finish tag of the one that entered last.
CREATE TABLE job_flow (
  kind TEXT NOT NULL,
  priority INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  finish_tag INTEGER NOT NULL,
  PRIMARY KEY (kind, priority, user_id)
) STRICT, WITHOUT ROWID;

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
