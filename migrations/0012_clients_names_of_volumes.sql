-- What a client calls the volume, so that it finds it again whatever became of the answer; no two volumes have the same.
ALTER TABLE volume ADD COLUMN client_name TEXT NULL;
CREATE UNIQUE INDEX volume_by_client_name ON volume (client_name);

-- The volume that a clone was made from; it may be gone by now.
ALTER TABLE volume ADD COLUMN cloned_from TEXT NULL;
