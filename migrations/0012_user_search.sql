-- Finds users by any part of their address or name: an index of every three characters in a row.
-- It holds no text of its own. `number` is the order in which users came: an implicit rowid will
-- not do, for VACUUM may change it.
CREATE TABLE user_number (
  number INTEGER PRIMARY KEY,
  user_id TEXT NOT NULL UNIQUE REFERENCES user (id)
) STRICT;

CREATE VIRTUAL TABLE user_text USING fts5(
  text, content = '', contentless_delete = 1, tokenize = 'trigram remove_diacritics 1');

INSERT INTO user_number (user_id) SELECT id FROM user ORDER BY created_ms, id;
INSERT INTO user_text (rowid, text)
  SELECT number, email || char(10) || coalesce(first_name, '') || ' ' || coalesce(last_name, '')
  FROM user JOIN user_number ON user_id = id;

CREATE TRIGGER user_enters_search AFTER INSERT ON user BEGIN
  INSERT INTO user_number (user_id) VALUES (NEW.id);
  INSERT INTO user_text (rowid, text)
    SELECT number,
      NEW.email || char(10) || coalesce(NEW.first_name, '') || ' ' || coalesce(NEW.last_name, '')
    FROM user_number WHERE user_id = NEW.id;
END;
CREATE TRIGGER user_changes_search AFTER UPDATE OF email, first_name, last_name ON user BEGIN
  INSERT OR REPLACE INTO user_text (rowid, text)
    SELECT number,
      NEW.email || char(10) || coalesce(NEW.first_name, '') || ' ' || coalesce(NEW.last_name, '')
    FROM user_number WHERE user_id = NEW.id;
END;
