-- Of what hosts of the pool answered for the job: reserved before each call, and paid by the user in
-- bills of their own. Counts under the job's cap, and is no part of what the job charges.
ALTER TABLE research ADD COLUMN host_cost_micros INTEGER NOT NULL DEFAULT 0
  CHECK (host_cost_micros >= 0);
