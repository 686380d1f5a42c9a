-- What users ask the team, and what was answered. Ids are UUIDv7: ordered by the time they were made.
CREATE TABLE ticket (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES user (id),
  -- Where answers go: the address that the user had then.
  email TEXT NOT NULL,
  category TEXT NOT NULL CHECK (category IN ('support', 'billing', 'bug', 'other')),
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('open', 'closed')),
  assigned_admin_id TEXT REFERENCES user (id),
  created_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX ticket_by_status ON ticket (status, id);
CREATE INDEX ticket_by_category ON ticket (category, id);
CREATE INDEX ticket_by_user ON ticket (user_id, status);

-- A reply without an admin was written on the command line.
CREATE TABLE ticket_reply (
  id TEXT PRIMARY KEY,
  ticket_id TEXT NOT NULL REFERENCES ticket (id),
  admin_id TEXT REFERENCES user (id),
  body TEXT NOT NULL,
  sent_email INTEGER NOT NULL CHECK (sent_email IN (0, 1)),
  created_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX ticket_reply_by_ticket ON ticket_reply (ticket_id, id);

-- What Stripe told, under its own id. The body is as it was received, where it was kept.
CREATE TABLE stripe_event (
  id TEXT PRIMARY KEY,
  event_type TEXT NOT NULL,
  body TEXT,
  received_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX stripe_event_by_time ON stripe_event (received_ms, id);

-- What the figures of the last thirty days are found by.
CREATE INDEX research_day_by_day ON research_day (day_ms);
CREATE INDEX transfer_sold ON transfer (created_ms, system_micros) WHERE system_kind = 'sold';
