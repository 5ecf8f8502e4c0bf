-- Every request for a change, and every refusal of one, in the order of ids. `at` is Unix milliseconds, ids a JSON list.
-- repeats: as many more tokens were refused since, of which none has an entry of its own.
CREATE TABLE audit_entry (
  id BIGINT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  issuer TEXT NULL,
  address TEXT NOT NULL,
  request_id TEXT NOT NULL,
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  action TEXT NOT NULL,
  object_ids TEXT NOT NULL,
  status BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT NULL,
  duration_ms BIGINT NOT NULL,
  repeats BIGINT NOT NULL
);
INSERT INTO id_sequence (name, last) VALUES ('audit_entry', 0);
