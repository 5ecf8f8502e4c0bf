-- What has happened, in the order of ids, which are given in the order of commits. `at` is Unix milliseconds; details and
-- requested_by are JSON.
CREATE TABLE event (
  id BIGINT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  type TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  subject_name TEXT NOT NULL,
  cluster_id TEXT NOT NULL,
  operation_id TEXT NULL,
  operation_type TEXT NULL,
  requested_by TEXT NULL,
  reason TEXT NULL,
  details TEXT NULL
);
CREATE INDEX event_by_subject ON event (subject_id, id);

-- The last id that was given. It outlives the events, and whoever changes it holds it until the commit.
CREATE TABLE id_sequence (
  name TEXT NOT NULL PRIMARY KEY,
  last BIGINT NOT NULL
);
INSERT INTO id_sequence (name, last) VALUES ('event', 0);

-- What events have told of an operation: done or failed; null: nothing yet. Records of leftovers are of something that is done.
ALTER TABLE operation ADD COLUMN told TEXT NULL;
UPDATE operation SET told = 'done' WHERE answered = 'success' OR origin = 'leftover';
UPDATE operation SET told = 'failed' WHERE answered = 'failure' AND told IS NULL;
