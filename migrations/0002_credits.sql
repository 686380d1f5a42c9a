-- Double entry, append only. `account.balance_micros` is a cache that only the entry trigger moves.
CREATE TABLE account (
  owner TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN
    ('plan', 'purchased', 'held', 'earnings', 'granted', 'sold', 'revenue', 'breakage')),
  balance_micros INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (owner, kind),
  CHECK (owner = 'system' OR balance_micros >= 0)
) STRICT, WITHOUT ROWID;

INSERT INTO account (owner, kind) VALUES
  ('system', 'granted'), ('system', 'sold'), ('system', 'revenue'), ('system', 'breakage');

-- A transfer's id is its caller's idempotency id: `hold/<job>`, `settle/<job>`, `grant/<id>`.
CREATE TABLE transfer (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('grant', 'hold', 'settle', 'release')),
  note TEXT,
  created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX transfer_by_user ON transfer (user_id, created_ms);

CREATE TABLE entry (
  transfer_id TEXT NOT NULL REFERENCES transfer (id) DEFERRABLE INITIALLY DEFERRED,
  owner TEXT NOT NULL,
  kind TEXT NOT NULL,
  amount_micros INTEGER NOT NULL CHECK (amount_micros <> 0),
  PRIMARY KEY (transfer_id, owner, kind),
  FOREIGN KEY (owner, kind) REFERENCES account (owner, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE hold (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  plan_micros INTEGER NOT NULL CHECK (plan_micros >= 0),
  purchased_micros INTEGER NOT NULL CHECK (purchased_micros >= 0),
  state TEXT NOT NULL CHECK (state IN ('held', 'settled', 'released')),
  settled_micros INTEGER NOT NULL DEFAULT 0
    CHECK (settled_micros BETWEEN 0 AND plan_micros + purchased_micros),
  created_ms INTEGER NOT NULL,
  ended_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX hold_open ON hold (user_id) WHERE state = 'held';

-- Entries come first and the transfer seals them: it must find them in balance, and none may follow.
CREATE TRIGGER entry_moves_balance AFTER INSERT ON entry BEGIN
  UPDATE account SET balance_micros = balance_micros + NEW.amount_micros
    WHERE owner = NEW.owner AND kind = NEW.kind;
END;
CREATE TRIGGER entry_before_seal BEFORE INSERT ON entry
  WHEN EXISTS (SELECT 1 FROM transfer WHERE id = NEW.transfer_id) BEGIN
  SELECT RAISE(ABORT, 'the transfer is sealed');
END;
CREATE TRIGGER transfer_in_balance BEFORE INSERT ON transfer
  WHEN (SELECT coalesce(sum(amount_micros), 1) FROM entry WHERE transfer_id = NEW.id) <> 0 BEGIN
  SELECT RAISE(ABORT, 'the entries of a transfer sum to zero');
END;
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry BEGIN
  SELECT RAISE(ABORT, 'entries are append only');
END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry BEGIN
  SELECT RAISE(ABORT, 'entries are append only');
END;
CREATE TRIGGER transfer_no_update BEFORE UPDATE ON transfer BEGIN
  SELECT RAISE(ABORT, 'transfers are append only');
END;
CREATE TRIGGER transfer_no_delete BEFORE DELETE ON transfer BEGIN
  SELECT RAISE(ABORT, 'transfers are append only');
END;
