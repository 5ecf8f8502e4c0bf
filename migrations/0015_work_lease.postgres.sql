-- Who works on hosts, one server at a time. holder: '' where nobody does; epoch: how often it has changed hands;
-- expires_at: Unix milliseconds by the database's clock.
CREATE TABLE work_lease (
  holder TEXT NOT NULL,
  holder_name TEXT NOT NULL,
  epoch BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
INSERT INTO work_lease (holder, holder_name, epoch, expires_at) VALUES ('', '', 0, 0);
