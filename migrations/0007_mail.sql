-- The outbox. `unsent` is a message that waits, or that stays because no mail server is configured:
-- the operator reads it here. A message that was sent loses its text, for it may hold a link that
-- lets its reader in.
CREATE TABLE mail (
  id TEXT PRIMARY KEY,
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  text TEXT,
  html TEXT,
  state TEXT NOT NULL CHECK (state IN ('unsent', 'sent', 'failed')),
  error TEXT,
  created_ms INTEGER NOT NULL,
  ended_ms INTEGER
) STRICT;

CREATE INDEX mail_by_created ON mail (created_ms);
