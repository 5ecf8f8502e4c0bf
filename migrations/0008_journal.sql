-- One row that binds the database file to its write-ahead log, see docs/decisions/journal.md. `copied_at` (Unix
-- milliseconds) marks a copy that was handed out as a backup.
CREATE TABLE journal (
  id TEXT NOT NULL,
  previous TEXT NOT NULL,
  is_open INTEGER NOT NULL,
  commits BIGINT NOT NULL,
  copied_at BIGINT NULL
);
INSERT INTO journal (id, previous, is_open, commits, copied_at) VALUES ('', '', 0, 0, NULL);
