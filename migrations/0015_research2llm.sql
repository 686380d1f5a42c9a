-- What the calls of a metered job have cost, each counted before it was made.
ALTER TABLE research ADD COLUMN call_cost_micros INTEGER NOT NULL DEFAULT 0
  CHECK (call_cost_micros >= 0);

-- The contents of sources that a job keeps for its asker, by the number of the source.
CREATE TABLE research_content (
  job_id TEXT NOT NULL REFERENCES research (job_id),
  source INTEGER NOT NULL CHECK (source > 0),
  kind TEXT NOT NULL CHECK (kind IN ('markdown', 'html')),
  text_zstd BLOB NOT NULL,
  length INTEGER NOT NULL,
  PRIMARY KEY (job_id, source)
) STRICT;
