-- Unix milliseconds: when the copy was taken from which the database was restored, for operations that were in flight
-- then; null for all others. What became of them since, nobody here knows.
ALTER TABLE operation ADD COLUMN copied_at BIGINT NULL;
