-- LVM keeps one spare metadata LV per volume group, as large as the largest pool metadata it ever held there.
ALTER TABLE device ADD COLUMN spare_metadata_kib BIGINT NOT NULL DEFAULT 0;
UPDATE device SET spare_metadata_kib =
  COALESCE((SELECT MAX(brick.pool_metadata_kib) FROM brick WHERE brick.device_id = device.id), 0);
