-- A browser that is signed in. Only the SHA-256 of the session's id is kept: the id itself is in the
-- browser's cookie. `epoch` is the user's when it began: once that rises, the session is over.
CREATE TABLE web_session (
  hash TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES user (id),
  epoch INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX web_session_by_user ON web_session (user_id);
CREATE INDEX web_session_by_expiry ON web_session (expires_ms);
