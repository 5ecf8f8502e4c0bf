-- Hosts were only looked at so far. What was pending before this column counts as begun.
ALTER TABLE operation ADD COLUMN is_untouched INTEGER NOT NULL DEFAULT 0;
