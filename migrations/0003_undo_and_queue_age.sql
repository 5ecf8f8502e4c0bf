-- An undo that was begun is finished, whatever the hosts show meanwhile: it may have stopped anywhere.
ALTER TABLE operation ADD COLUMN is_undoing INTEGER NOT NULL DEFAULT 0;

-- Unix milliseconds; answers that nobody fetches are forgotten some days after they were given.
ALTER TABLE queue_entry ADD COLUMN answered_at BIGINT NULL;
UPDATE queue_entry SET answered_at = created_at WHERE state <> 'pending';
CREATE INDEX queue_entry_by_age ON queue_entry (answered_at);

-- Bricks of clones share the thin pool of their source.
CREATE INDEX brick_by_thin_pool ON brick (device_id, thin_pool);
