-- The month (`2026-01`, UTC) whose grant a user's `plan` bucket holds; null before the first one,
-- at whose start nothing expires.
ALTER TABLE account ADD COLUMN plan_month TEXT;
CREATE INDEX account_by_plan_month ON account (plan_month);

-- A fifth kind of transfer: `expire`, from `plan` to `breakage`. Its id is `expire/<user>/<month>`.
-- A CHECK cannot be altered, so the table is built anew; only its rules differ. Balances are not
-- touched: they move by the triggers, which are created after the copy.
DROP VIEW entry;

CREATE TABLE transfer_rebuilt (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('grant', 'hold', 'settle', 'release', 'expire')),
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
    ends IS NULL OR (plan_micros >= 0 AND purchased_micros >= 0 AND system_micros >= 0)),
  CONSTRAINT expires_plan_only CHECK (
    kind <> 'expire' OR (plan_micros < 0 AND purchased_micros = 0 AND held_micros = 0
      AND system_kind IS 'breakage'))
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
