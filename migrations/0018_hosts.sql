-- The team's machines that answer models. Prices are micro-credits for a thousand tokens. `models`
-- is a JSON list of {name, maxTokens}, `features` one of names.
CREATE TABLE host (
  id TEXT PRIMARY KEY,
  owner_id TEXT REFERENCES user (id),
  key_hash TEXT NOT NULL UNIQUE,
  gpu TEXT NOT NULL,
  backend TEXT NOT NULL,
  endpoint_url TEXT,
  endpoint_key TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'active', 'draining', 'disabled')),
  input_price_micros INTEGER NOT NULL CHECK (input_price_micros >= 0),
  output_price_micros INTEGER NOT NULL CHECK (output_price_micros >= 0),
  models TEXT NOT NULL,
  features TEXT NOT NULL,
  slots INTEGER NOT NULL CHECK (slots > 0),
  failed_jobs INTEGER NOT NULL DEFAULT 0,
  created_ms INTEGER NOT NULL,
  heartbeat_ms INTEGER,
  gpu_utilization REAL
) STRICT;

-- What lets a host in without an admin.
CREATE TABLE join_token (
  hash TEXT PRIMARY KEY,
  uses_left INTEGER NOT NULL CHECK (uses_left >= 0),
  expires_ms INTEGER NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A name for several models, the first choice first: a JSON list.
CREATE TABLE model_alias (
  name TEXT PRIMARY KEY,
  models TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Whose jobs go before those of others: an admin's word. Nobody here is 0.
CREATE TABLE inference_priority (
  user_id TEXT PRIMARY KEY REFERENCES user (id),
  priority INTEGER NOT NULL CHECK (priority BETWEEN -100 AND 100)
) STRICT, WITHOUT ROWID;

-- One call of a model. `models` are those that may answer, as the alias had them when the job came.
-- The prices are the most that its user pays: nobody dearer gets it. `host_id` is the host that has
-- it now, or had it last.
CREATE TABLE inference (
  job_id TEXT PRIMARY KEY REFERENCES job (id),
  task TEXT NOT NULL CHECK (task IN ('run', 'chat', 'completion', 'embedding')),
  model TEXT NOT NULL,
  models TEXT NOT NULL,
  request TEXT NOT NULL,
  max_tokens INTEGER NOT NULL,
  prompt_bound INTEGER NOT NULL,
  input_price_micros INTEGER NOT NULL,
  output_price_micros INTEGER NOT NULL,
  held_micros INTEGER NOT NULL,
  host_id TEXT REFERENCES host (id),
  served_model TEXT,
  first_token_ms INTEGER,
  prompt_tokens INTEGER NOT NULL DEFAULT 0,
  completion_tokens INTEGER NOT NULL DEFAULT 0,
  charged_micros INTEGER NOT NULL DEFAULT 0,
  finish_reason TEXT,
  extra TEXT
) STRICT, WITHOUT ROWID;

-- What hosts sent and was accepted, in the batches it came in: `deltas` is a JSON list of texts, one
-- token each, whose numbers go up from `from_seq`. What is here was or will be told to readers.
CREATE TABLE inference_piece (
  job_id TEXT NOT NULL REFERENCES inference (job_id),
  from_seq INTEGER NOT NULL CHECK (from_seq > 0),
  deltas TEXT NOT NULL,
  PRIMARY KEY (job_id, from_seq)
) STRICT, WITHOUT ROWID;

-- A host that had the job and did not end it. Its accepted pieces stay, and `due_micros` is their
-- price, which is paid if the job is.
CREATE TABLE inference_loss (
  job_id TEXT NOT NULL REFERENCES inference (job_id),
  fence INTEGER NOT NULL,
  host_id TEXT NOT NULL REFERENCES host (id),
  reason TEXT NOT NULL,
  pieces INTEGER NOT NULL CHECK (pieces >= 0),
  due_micros INTEGER NOT NULL CHECK (due_micros >= 0),
  created_ms INTEGER NOT NULL,
  PRIMARY KEY (job_id, fence)
) STRICT, WITHOUT ROWID;
