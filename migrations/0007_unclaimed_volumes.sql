-- Unix milliseconds: since when a volume is there whose result no client has fetched; null once somebody knows of it.
ALTER TABLE volume ADD COLUMN unclaimed_since BIGINT NULL;
