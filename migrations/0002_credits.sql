-- Double entry, append only. A transfer is one row and its entries are its columns: what it moves on
-- each account of one user, and on at most one account of the system. So an unbalanced transfer, or
-- half of one, cannot be written. The balances are a cache that only the trigger below moves.

-- A user's accounts. No balance leaves the integers that a double holds exactly.
CREATE TABLE account (
  user_id TEXT PRIMARY KEY,
  plan_micros INTEGER NOT NULL DEFAULT 0
    CHECK (plan_micros BETWEEN 0 AND 9007199254740991),
  purchased_micros INTEGER NOT NULL DEFAULT 0
    CHECK (purchased_micros BETWEEN 0 AND 9007199254740991),
  held_micros INTEGER NOT NULL DEFAULT 0
    CHECK (held_micros BETWEEN 0 AND 9007199254740991),
  last_seq INTEGER
) STRICT, WITHOUT ROWID;

-- The other side: `granted` and `sold` are where credits come from, `revenue` and `breakage` (what
-- expired unspent) where they go. All balances of both tables together are zero.
CREATE TABLE system_account (
  kind TEXT PRIMARY KEY CHECK (kind IN ('granted', 'sold', 'revenue', 'breakage')),
  balance_micros INTEGER NOT NULL DEFAULT 0
    CHECK (balance_micros BETWEEN -9007199254740991 AND 9007199254740991)
) STRICT, WITHOUT ROWID;

INSERT INTO system_account (kind) VALUES ('granted'), ('sold'), ('revenue'), ('breakage');

-- `seq` is the order in which the ledger was written: a clock may stand still or step back.
-- `id` is the caller's idempotency id: `grant/<id>`, `hold/<id>`, `settle/<id>`, `release/<id>`.
-- `ends` is the hold that a settle or a release ends. `previous_seq` is the user's transfer before,
-- and `account.last_seq` the newest: a user's ledger is read along this chain. An index by user would
-- cost every commit a page for each user in it.
CREATE TABLE transfer (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('grant', 'hold', 'settle', 'release')),
  user_id TEXT NOT NULL REFERENCES account (user_id),
  ends INTEGER REFERENCES transfer (seq),
  previous_seq INTEGER,
  plan_micros INTEGER NOT NULL DEFAULT 0,
  purchased_micros INTEGER NOT NULL DEFAULT 0,
  held_micros INTEGER NOT NULL DEFAULT 0,
  system_kind TEXT REFERENCES system_account (kind),
  system_micros INTEGER NOT NULL DEFAULT 0,
  note TEXT,
  created_ms INTEGER NOT NULL,
  CONSTRAINT in_balance CHECK (plan_micros + purchased_micros + held_micros + system_micros = 0),
  CONSTRAINT system_side CHECK ((system_kind IS NULL) = (system_micros = 0)),
  CONSTRAINT ends_a_hold CHECK ((ends IS NOT NULL) = (kind IN ('settle', 'release'))),
  CONSTRAINT spends_at_most_the_hold CHECK (
    ends IS NULL OR (plan_micros >= 0 AND purchased_micros >= 0 AND system_micros >= 0))
) STRICT;

-- An id is used once. What ends a hold is named after it, and a hold ends once, ever: so those ids
-- need no index of their own.
CREATE UNIQUE INDEX transfer_id ON transfer (id) WHERE ends IS NULL;
CREATE UNIQUE INDEX transfer_ends ON transfer (ends) WHERE ends IS NOT NULL;

CREATE TRIGGER transfer_moves_balances AFTER INSERT ON transfer BEGIN
  UPDATE account SET
    plan_micros = plan_micros + NEW.plan_micros,
    purchased_micros = purchased_micros + NEW.purchased_micros,
    held_micros = held_micros + NEW.held_micros,
    last_seq = NEW.seq
    WHERE user_id = NEW.user_id;
END;
CREATE TRIGGER transfer_moves_system_balance AFTER INSERT ON transfer
  WHEN NEW.system_kind IS NOT NULL BEGIN
  UPDATE system_account SET balance_micros = balance_micros + NEW.system_micros
    WHERE kind = NEW.system_kind;
END;
CREATE TRIGGER transfer_no_update BEFORE UPDATE ON transfer BEGIN
  SELECT RAISE(ABORT, 'transfers are append only');
END;
CREATE TRIGGER transfer_no_delete BEFORE DELETE ON transfer BEGIN
  SELECT RAISE(ABORT, 'transfers are append only');
END;

-- The transfers as an accountant reads them: one row for each account that a transfer moved.
CREATE VIEW entry AS
  SELECT id AS transfer_id, user_id AS owner, 'plan' AS kind, plan_micros AS amount_micros
    FROM transfer WHERE plan_micros <> 0
  UNION ALL SELECT id, user_id, 'purchased', purchased_micros
    FROM transfer WHERE purchased_micros <> 0
  UNION ALL SELECT id, user_id, 'held', held_micros
    FROM transfer WHERE held_micros <> 0
  UNION ALL SELECT id, 'system', system_kind, system_micros
    FROM transfer WHERE system_kind IS NOT NULL;
