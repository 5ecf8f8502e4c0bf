-- Where a record comes from, what its client has been told, who asked, and when it is tried again.
-- origin: request (a client of this server), leftover (of another operation), heketi (taken over from its database),
--   sequence (a part of the operation parent_id).
-- answered: success or failure; null when its client has been told nothing yet, or there is none.
-- due_at: Unix milliseconds; null: not before somebody asks. last_error is of the last of so many tries.
ALTER TABLE operation ADD COLUMN origin TEXT NOT NULL DEFAULT 'request';
ALTER TABLE operation ADD COLUMN answered TEXT NULL;
ALTER TABLE operation ADD COLUMN requested_by TEXT NULL;
ALTER TABLE operation ADD COLUMN parent_id TEXT NULL;
ALTER TABLE operation ADD COLUMN progress TEXT NULL;
ALTER TABLE operation ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;
ALTER TABLE operation ADD COLUMN due_at BIGINT NULL;
ALTER TABLE operation ADD COLUMN last_error TEXT NULL;
ALTER TABLE operation ADD COLUMN waits_for_host BIGINT NOT NULL DEFAULT 0;

CREATE INDEX operation_by_parent ON operation (parent_id) WHERE parent_id IS NOT NULL;

-- Records from before: this server's have an entry in the queue or a plan, and types from 100 on are its own. Of an
-- expansion (3), whose plan was never written, only the entry tells.
UPDATE operation SET origin = 'heketi'
 WHERE plan IS NULL AND type < 100 AND id NOT IN (SELECT operation_id FROM queue_entry WHERE operation_id IS NOT NULL);
UPDATE operation SET origin = 'leftover'
 WHERE type = 2 AND plan IS NOT NULL AND id NOT IN (SELECT operation_id FROM operation_action WHERE change = 4);
-- An answer that was fetched is gone from the queue; only an answer goes from there.
UPDATE operation SET answered = 'failure'
 WHERE origin = 'request'
   AND id NOT IN (SELECT operation_id FROM queue_entry WHERE operation_id IS NOT NULL AND state = 'pending');
