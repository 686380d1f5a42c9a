CREATE TABLE research (
  job_id TEXT PRIMARY KEY REFERENCES job (id),
  user_id TEXT NOT NULL,
  question TEXT NOT NULL,
  mode TEXT NOT NULL CHECK (mode IN ('lite', 'standard', 'pro', 'max')),
  request TEXT NOT NULL,
  held_micros INTEGER NOT NULL,
  charged_micros INTEGER NOT NULL DEFAULT 0,
  cost_usd_micros INTEGER NOT NULL DEFAULT 0,
  wave_count INTEGER NOT NULL DEFAULT 0,
  source_count INTEGER NOT NULL DEFAULT 0,
  checkpoint TEXT,
  created_ms INTEGER NOT NULL
) STRICT;

-- Which snapshots a job's quotes stand in: a snapshot that is named here is never swept.
CREATE TABLE research_source (
  job_id TEXT NOT NULL REFERENCES research (job_id),
  snapshot_hash TEXT NOT NULL REFERENCES snapshot (hash),
  PRIMARY KEY (job_id, snapshot_hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX research_source_by_snapshot ON research_source (snapshot_hash);

-- Every call of a port, as it was answered: the proof of search.
CREATE TABLE research_trace (
  job_id TEXT NOT NULL REFERENCES research (job_id),
  seq INTEGER NOT NULL,
  port TEXT NOT NULL,
  request TEXT NOT NULL,
  response_zstd BLOB NOT NULL,
  created_ms INTEGER NOT NULL,
  PRIMARY KEY (job_id, seq)
) STRICT, WITHOUT ROWID;
