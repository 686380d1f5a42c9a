-- What an owner may bind a key to. `ip_allowlist` is a JSON list of CIDR ranges.
ALTER TABLE api_key ADD COLUMN expires_ms INTEGER;
ALTER TABLE api_key ADD COLUMN spend_cap_micros INTEGER CHECK (spend_cap_micros > 0);
ALTER TABLE api_key ADD COLUMN ip_allowlist TEXT;

-- What a capped key has spent or set aside in a month (`2026-01`, UTC) for jobs accepted in it.
CREATE TABLE api_key_spend (
  key_id TEXT NOT NULL REFERENCES api_key (id),
  month TEXT NOT NULL,
  spent_micros INTEGER NOT NULL CHECK (spent_micros >= 0),
  PRIMARY KEY (key_id, month)
) STRICT, WITHOUT ROWID;

-- A user's research by the UTC day it was accepted on: a cache that only the triggers below move,
-- so that a year of usage is read in 366 rows however many jobs it had.
CREATE TABLE research_day (
  user_id TEXT NOT NULL,
  day_ms INTEGER NOT NULL,
  jobs INTEGER NOT NULL,
  charged_micros INTEGER NOT NULL,
  cost_usd_micros INTEGER NOT NULL,
  PRIMARY KEY (user_id, day_ms)
) STRICT, WITHOUT ROWID;

INSERT INTO research_day (user_id, day_ms, jobs, charged_micros, cost_usd_micros)
  SELECT user_id, created_ms - created_ms % 86400000, count(*), sum(charged_micros),
    sum(cost_usd_micros)
  FROM research GROUP BY 1, 2;

CREATE TRIGGER research_enters_its_day AFTER INSERT ON research BEGIN
  INSERT INTO research_day (user_id, day_ms, jobs, charged_micros, cost_usd_micros)
    VALUES (NEW.user_id, NEW.created_ms - NEW.created_ms % 86400000, 1, NEW.charged_micros,
      NEW.cost_usd_micros)
    ON CONFLICT DO UPDATE SET
      jobs = jobs + 1,
      charged_micros = charged_micros + excluded.charged_micros,
      cost_usd_micros = cost_usd_micros + excluded.cost_usd_micros;
END;
CREATE TRIGGER research_charge_enters_its_day
  AFTER UPDATE OF charged_micros, cost_usd_micros ON research BEGIN
  UPDATE research_day SET
    charged_micros = charged_micros + NEW.charged_micros - OLD.charged_micros,
    cost_usd_micros = cost_usd_micros + NEW.cost_usd_micros - OLD.cost_usd_micros
    WHERE user_id = NEW.user_id AND day_ms = NEW.created_ms - NEW.created_ms % 86400000;
END;
