-- What signing in needs. `session_epoch` rises whenever every session of a user must end: tokens
-- and links carry the epoch they were made in, and one of an older epoch is worth nothing.
ALTER TABLE user ADD COLUMN session_epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE user ADD COLUMN first_name TEXT;
ALTER TABLE user ADD COLUMN last_name TEXT;
-- When the user proved to read the mail of the address; null until then.
ALTER TABLE user ADD COLUMN email_verified_ms INTEGER;
-- When the user agreed to mails that sell something; null for those who do not.
ALTER TABLE user ADD COLUMN marketing_agreed_ms INTEGER;
ALTER TABLE user ADD COLUMN suspended_ms INTEGER;
-- Null while no admin has let the user in: what a suspension that ends goes back to.
ALTER TABLE user ADD COLUMN approved_ms INTEGER;

UPDATE user SET approved_ms = created_ms WHERE status <> 'pending';
UPDATE user SET suspended_ms = created_ms WHERE status = 'suspended';

-- The addresses stand in the index, so that a search reads no rows but those it finds.
CREATE INDEX user_by_created ON user (created_ms, id, email);
CREATE INDEX user_suspended ON user (suspended_ms) WHERE suspended_ms IS NOT NULL;

-- Keys of our own, made at their first use. They lie beside what they protect: whoever can read
-- this file owns the server already.
CREATE TABLE secret (
  name TEXT PRIMARY KEY,
  bytes BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- One signing-in: the family of refresh tokens that descend from it. `generation` is the one that
-- is in force. Ending a session deletes it, its tokens included.
CREATE TABLE session (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES user (id),
  epoch INTEGER NOT NULL,
  generation INTEGER NOT NULL DEFAULT 0,
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX session_by_user ON session (user_id);
CREATE INDEX session_by_expiry ON session (expires_ms);

-- Every token of a family is kept for as long as the family, so that an old one is known again.
CREATE TABLE refresh_token (
  hash TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
  generation INTEGER NOT NULL,
  rotated_ms INTEGER,
  UNIQUE (session_id, generation)
) STRICT, WITHOUT ROWID;

-- `epoch` voids the links that were sent before every session of the user ended; `mailed` links
-- prove, when they are used, that their user reads the mail of the address.
CREATE TABLE access_link (
  hash TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('verify', 'reset', 'sign_in')),
  user_id TEXT NOT NULL REFERENCES user (id),
  epoch INTEGER NOT NULL,
  mailed INTEGER NOT NULL CHECK (mailed IN (0, 1)),
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  used_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX access_link_by_expiry ON access_link (expires_ms);
CREATE INDEX access_link_by_user ON access_link (user_id);
