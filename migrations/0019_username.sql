-- The name that a user took in the Infrintia API, and signs in by there; null for everybody else.
ALTER TABLE user ADD COLUMN username TEXT COLLATE NOCASE;

CREATE UNIQUE INDEX user_by_username ON user (username) WHERE username IS NOT NULL;
