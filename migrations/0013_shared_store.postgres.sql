-- Orders and comparisons are those of SQLite, whatever the database's language: by code points.
ALTER TABLE cluster ALTER COLUMN id TYPE TEXT COLLATE "C";
ALTER TABLE node ALTER COLUMN id TYPE TEXT COLLATE "C";
ALTER TABLE device ALTER COLUMN id TYPE TEXT COLLATE "C";
ALTER TABLE brick ALTER COLUMN id TYPE TEXT COLLATE "C", ALTER COLUMN volume_id TYPE TEXT COLLATE "C";
ALTER TABLE volume ALTER COLUMN id TYPE TEXT COLLATE "C";
ALTER TABLE block_volume ALTER COLUMN id TYPE TEXT COLLATE "C";
ALTER TABLE operation ALTER COLUMN id TYPE TEXT COLLATE "C";
ALTER TABLE operation_action ALTER COLUMN operation_id TYPE TEXT COLLATE "C";
ALTER TABLE queue_entry ALTER COLUMN id TYPE TEXT COLLATE "C";
ALTER TABLE attribute ALTER COLUMN key TYPE TEXT COLLATE "C";
ALTER TABLE host_key ALTER COLUMN host TYPE TEXT COLLATE "C";
ALTER TABLE link_fault
  ALTER COLUMN parent_id TYPE TEXT COLLATE "C",
  ALTER COLUMN relation TYPE TEXT COLLATE "C",
  ALTER COLUMN child_id TYPE TEXT COLLATE "C",
  ALTER COLUMN kind TYPE TEXT COLLATE "C";

-- One row that each commit of any server rewrites, first of all: so they follow one another, and each knows whether
-- somebody else has written since its last one. See docs/decisions/postgresql.md.
CREATE TABLE store_state (
  version BIGINT NOT NULL
);
INSERT INTO store_state (version) VALUES (0);

-- The commits of which a server may still have to find out whether they were made: 1 with the commit itself, 0 where
-- somebody has made sure that it can't be made any more.
CREATE TABLE commit_mark (
  id TEXT NOT NULL PRIMARY KEY,
  is_made INTEGER NOT NULL
);
