-- What hosts earn. The other side of what a job costs its user is `revenue` and the hosts that served
-- it. As the balances of users this is a cache that only the triggers below move; a host opens its
-- account by its first earnings. `settled_jobs` counts the jobs that it earned something with.
CREATE TABLE host_account (
  host_id TEXT PRIMARY KEY,
  earned_micros INTEGER NOT NULL DEFAULT 0
    CHECK (earned_micros BETWEEN 0 AND 9007199254740991),
  settled_jobs INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- A settle may pay one host, in `host_id` and `host_micros`. A sixth kind of transfer pays each
-- further one: `earn`, from `revenue`, with the id `earn/<hold>/<host>`. It names the job's user but
-- moves nothing of theirs, so it is no part of the user's chain: `previous_seq` is null, and
-- `account.last_seq` stays. A CHECK cannot be altered, so the table is built anew; its lines stay as
-- they are. Balances are not touched: they move by the triggers, which are created after the copy.
-- (SQLite builds a table of an IN of more than two values each time a statement runs: with the kinds
-- compared one by one, a hold and a settle take a seventh less.)
DROP VIEW entry;

CREATE TABLE transfer_rebuilt (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind = 'hold' OR kind = 'settle' OR kind = 'release'
    OR kind = 'grant' OR kind = 'earn' OR kind = 'expire'),
  user_id TEXT NOT NULL REFERENCES account (user_id),
  ends INTEGER REFERENCES transfer (seq),
  previous_seq INTEGER,
  plan_micros INTEGER NOT NULL DEFAULT 0,
  purchased_micros INTEGER NOT NULL DEFAULT 0,
  held_micros INTEGER NOT NULL DEFAULT 0,
  system_kind TEXT REFERENCES system_account (kind),
  system_micros INTEGER NOT NULL DEFAULT 0,
  host_id TEXT,
  host_micros INTEGER NOT NULL DEFAULT 0,
  note TEXT,
  created_ms INTEGER NOT NULL,
  CONSTRAINT in_balance CHECK (
    plan_micros + purchased_micros + held_micros + system_micros + host_micros = 0),
  CONSTRAINT system_side CHECK ((system_kind IS NULL) = (system_micros = 0)),
  CONSTRAINT host_side CHECK (
    iif(host_id IS NULL, host_micros = 0, host_micros > 0 AND kind IN ('settle', 'earn'))),
  CONSTRAINT ends_a_hold CHECK ((ends IS NOT NULL) = (kind IN ('settle', 'release'))),
  CONSTRAINT spends_at_most_the_hold CHECK (
    ends IS NULL OR (plan_micros >= 0 AND purchased_micros >= 0 AND system_micros >= 0)),
  CONSTRAINT expires_plan_only CHECK (
    kind <> 'expire' OR (plan_micros < 0 AND purchased_micros = 0 AND held_micros = 0
      AND system_kind IS 'breakage')),
  CONSTRAINT earns_of_revenue_only CHECK (
    kind <> 'earn' OR (plan_micros = 0 AND purchased_micros = 0 AND held_micros = 0
      AND system_kind IS 'revenue' AND previous_seq IS NULL))
) STRICT;

INSERT INTO transfer_rebuilt (seq, id, kind, user_id, ends, previous_seq, plan_micros,
    purchased_micros, held_micros, system_kind, system_micros, note, created_ms)
  SELECT seq, id, kind, user_id, ends, previous_seq, plan_micros,
    purchased_micros, held_micros, system_kind, system_micros, note, created_ms
  FROM transfer ORDER BY seq;

DROP TABLE transfer;
ALTER TABLE transfer_rebuilt RENAME TO transfer;

-- An id is used once. What ends a hold is named after it, and a hold ends once, ever: so those ids
-- need no index of their own.
CREATE UNIQUE INDEX transfer_id ON transfer (id) WHERE ends IS NULL;
CREATE UNIQUE INDEX transfer_ends ON transfer (ends) WHERE ends IS NOT NULL;
-- What the figures of the last thirty days are found by.
CREATE INDEX transfer_sold ON transfer (created_ms, system_micros) WHERE system_kind = 'sold';

CREATE TRIGGER transfer_moves_balances AFTER INSERT ON transfer
  WHEN NEW.kind <> 'earn' BEGIN
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
CREATE TRIGGER transfer_moves_host_balance AFTER INSERT ON transfer
  WHEN NEW.host_id IS NOT NULL BEGIN
  INSERT INTO host_account (host_id, earned_micros, settled_jobs)
    VALUES (NEW.host_id, NEW.host_micros, 1)
    ON CONFLICT (host_id) DO UPDATE SET
      earned_micros = earned_micros + excluded.earned_micros,
      settled_jobs = settled_jobs + 1;
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
    FROM transfer WHERE system_kind IS NOT NULL
  UNION ALL SELECT id, host_id, 'earnings', host_micros
    FROM transfer WHERE host_id IS NOT NULL;
