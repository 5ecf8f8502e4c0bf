-- Parts of thin pools of which an event has told that they fill up, and none yet that they do not any more. `part` is data
-- or metadata, `since` Unix milliseconds.
CREATE TABLE filling_pool (
  device_id TEXT NOT NULL,
  pool TEXT NOT NULL,
  part TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (device_id, pool, part)
);
