-- An undo that was begun is finished, whatever the hosts show meanwhile: it may have stopped anywhere.
ALTER TABLE operation ADD COLUMN is_undoing INTEGER NOT NULL DEFAULT 0;

-- Unix milliseconds; answers that nobody fetches are forgotten some days after they were given.
ALTER TABLE queue_entry ADD COLUMN answered_at BIGINT NULL;
UPDATE queue_entry SET answered_at = created_at WHERE state <> 'pending';
