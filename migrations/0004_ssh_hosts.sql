-- Keys of the hosts that were reached over SSH, as first seen; base64 of SSH's wire format.
CREATE TABLE host_key (
  host TEXT NOT NULL,
  port INTEGER NOT NULL,
  key TEXT NOT NULL,
  pinned_at BIGINT NOT NULL,
  PRIMARY KEY (host, port)
);

-- Who this server is to its hosts, and how often it was started: one row.
CREATE TABLE server_identity (
  id TEXT NOT NULL PRIMARY KEY,
  generation BIGINT NOT NULL
);
