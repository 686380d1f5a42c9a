-- What a user's webhooks are signed with. It is kept as it is, for a signature is made from it; the
-- one before signs too until `previous_until_ms`.
CREATE TABLE webhook_secret (
  user_id TEXT PRIMARY KEY REFERENCES user (id),
  secret TEXT NOT NULL,
  previous_secret TEXT,
  previous_until_ms INTEGER CHECK ((previous_until_ms IS NULL) = (previous_secret IS NULL)),
  created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The outbox of webhooks: a row is written with the end of the job that it tells about. `queue_job_id`
-- is the one job of the queue that may deliver it now; `tries` counts those of its round, which a
-- retry by hand begins anew.
CREATE TABLE webhook_delivery (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES user (id),
  job_id TEXT NOT NULL REFERENCES job (id),
  queue_job_id TEXT REFERENCES job (id),
  url TEXT NOT NULL,
  event TEXT NOT NULL,
  body TEXT,
  state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
  error TEXT,
  tries INTEGER NOT NULL,
  by_hand INTEGER NOT NULL CHECK (by_hand IN (0, 1)),
  next_try_ms INTEGER CHECK ((next_try_ms IS NOT NULL) = (state = 'pending')),
  created_ms INTEGER NOT NULL,
  ended_ms INTEGER CHECK ((ended_ms IS NULL) = (state = 'pending'))
) STRICT;

CREATE INDEX webhook_delivery_by_job ON webhook_delivery (job_id, id);
CREATE INDEX webhook_delivery_by_user ON webhook_delivery (user_id, id);
CREATE INDEX webhook_delivery_kept ON webhook_delivery (ended_ms) WHERE body IS NOT NULL;

-- One without `duration_ms` is under way, or was when its process died.
CREATE TABLE webhook_attempt (
  delivery_id TEXT NOT NULL REFERENCES webhook_delivery (id),
  seq INTEGER NOT NULL,
  started_ms INTEGER NOT NULL,
  duration_ms INTEGER,
  status INTEGER,
  error TEXT,
  answer TEXT NOT NULL,
  PRIMARY KEY (delivery_id, seq)
) STRICT, WITHOUT ROWID;

-- The origins that have taken nothing since `failing_since_ms`: one success removes the row.
CREATE TABLE webhook_failing_endpoint (
  user_id TEXT NOT NULL REFERENCES user (id),
  origin TEXT NOT NULL,
  failing_since_ms INTEGER NOT NULL,
  disabled_ms INTEGER,
  PRIMARY KEY (user_id, origin)
) STRICT, WITHOUT ROWID;
