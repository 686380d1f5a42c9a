-- What admins did, append only. Each row's hash covers the hash of the row before, so that a row
-- cannot be changed, added or taken out in the middle without breaking every hash after it.
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY CHECK (seq > 0),
  created_ms INTEGER NOT NULL,
  -- A user's id, or 'operator' for the command line.
  actor_id TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  -- Canonical JSON.
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;

CREATE TRIGGER audit_continues_the_chain BEFORE INSERT ON audit
  WHEN NEW.seq <> coalesce((SELECT max(seq) FROM audit), 0) + 1
    OR NEW.previous_hash <> coalesce(
      (SELECT hash FROM audit ORDER BY seq DESC LIMIT 1), printf('%064d', 0))
  BEGIN SELECT RAISE(ABORT, 'the audit log continues its last row'); END;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN
  SELECT RAISE(ABORT, 'the audit log is append only');
END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN
  SELECT RAISE(ABORT, 'the audit log is append only');
END;
