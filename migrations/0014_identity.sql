-- Who a user is elsewhere: `subject` is the name that an issuer of tokens knows somebody by, unique
-- there and never given to another. An address is no identity: it changes hands.
CREATE TABLE identity (
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES user (id),
  created_ms INTEGER NOT NULL,
  PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX identity_by_user ON identity (user_id);

-- A sign-in with Google that was begun in some browser and did not come back yet. The browser holds
-- the ticket; its row goes when it is used.
CREATE TABLE google_ticket (
  hash TEXT PRIMARY KEY,
  expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX google_ticket_by_expiry ON google_ticket (expires_ms);
