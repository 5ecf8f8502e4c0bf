-- The store's first schema; read by SQLite and PostgreSQL.
--
-- An imported database of the original may contradict itself (dangling references, one hostname at two nodes), and
-- must load all the same: so there are no foreign keys, and nothing but ids is unique. Booleans are 0 or 1; lists and
-- maps are JSON text; `exact` is a JSON map of integers that a double can't hold, by the name of the entity's field.

CREATE TABLE cluster (
  id TEXT NOT NULL PRIMARY KEY,
  allows_block INTEGER NOT NULL,
  allows_file INTEGER NOT NULL
);

CREATE TABLE node (
  id TEXT NOT NULL PRIMARY KEY,
  cluster_id TEXT NOT NULL,
  zone BIGINT NOT NULL,
  state TEXT NOT NULL,
  manage_names TEXT NOT NULL,
  storage_names TEXT NOT NULL,
  tags TEXT NOT NULL,
  exact TEXT NULL
);
CREATE INDEX node_by_cluster ON node (cluster_id, id);

-- Names that are taken. Nodes of an imported database are not in it, as in the original.
CREATE TABLE node_hostname (
  node_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (node_id, kind, position)
);
CREATE INDEX node_hostname_by_name ON node_hostname (name, kind);

CREATE TABLE device (
  id TEXT NOT NULL PRIMARY KEY,
  node_id TEXT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  total_kib BIGINT NOT NULL,
  free_kib BIGINT NOT NULL,
  used_kib BIGINT NOT NULL,
  extent_kib BIGINT NOT NULL,
  tags TEXT NOT NULL,
  paths TEXT NOT NULL,
  pv_uuid TEXT NOT NULL,
  exact TEXT NULL
);
CREATE INDEX device_by_node ON device (node_id, id);

CREATE TABLE brick (
  id TEXT NOT NULL PRIMARY KEY,
  volume_id TEXT NOT NULL,
  device_id TEXT NOT NULL,
  node_id TEXT NOT NULL,
  path TEXT NOT NULL,
  size_kib BIGINT NOT NULL,
  thin_pool_kib BIGINT NOT NULL,
  pool_metadata_kib BIGINT NOT NULL,
  thin_pool TEXT NOT NULL,
  lv TEXT NOT NULL,
  sub_type TEXT NOT NULL,
  pending_id TEXT NULL,
  exact TEXT NULL
);
CREATE INDEX brick_by_volume ON brick (volume_id, id);
CREATE INDEX brick_by_device ON brick (device_id, pool_metadata_kib);
CREATE INDEX brick_by_node ON brick (node_id, id);

CREATE TABLE volume (
  id TEXT NOT NULL PRIMARY KEY,
  cluster_id TEXT NOT NULL,
  name TEXT NOT NULL,
  size_gib BIGINT NOT NULL,
  durability_type TEXT NOT NULL,
  replica BIGINT NOT NULL,
  disperse_data BIGINT NOT NULL,
  disperse_redundancy BIGINT NOT NULL,
  gid BIGINT NOT NULL,
  is_block_hosting INTEGER NOT NULL,
  snapshot_enabled INTEGER NOT NULL,
  snapshot_factor DOUBLE PRECISION NOT NULL,
  options TEXT NULL,
  requested_clusters TEXT NULL,
  block_free_gib BIGINT NOT NULL,
  block_reserved_gib BIGINT NOT NULL,
  block_restriction TEXT NOT NULL,
  mount_hosts TEXT NOT NULL,
  mount_device TEXT NOT NULL,
  mount_options TEXT NOT NULL,
  pending_id TEXT NULL,
  exact TEXT NULL
);
CREATE INDEX volume_by_cluster ON volume (cluster_id, id);
CREATE INDEX volume_by_name ON volume (name, cluster_id);

CREATE TABLE block_volume (
  id TEXT NOT NULL PRIMARY KEY,
  cluster_id TEXT NOT NULL,
  hosting_volume_id TEXT NOT NULL,
  name TEXT NOT NULL,
  size_gib BIGINT NOT NULL,
  usable_size_gib BIGINT NOT NULL,
  ha_count BIGINT NOT NULL,
  has_auth INTEGER NOT NULL,
  requested_clusters TEXT NULL,
  hosts TEXT NOT NULL,
  iqn TEXT NOT NULL,
  lun BIGINT NOT NULL,
  username TEXT NOT NULL,
  password TEXT NOT NULL,
  pending_id TEXT NULL,
  exact TEXT NULL
);
CREATE INDEX block_volume_by_cluster ON block_volume (cluster_id, id);
CREATE INDEX block_volume_by_hosting_volume ON block_volume (hosting_volume_id, id);

CREATE TABLE operation (
  id TEXT NOT NULL PRIMARY KEY,
  type INTEGER NOT NULL,
  status TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  plan TEXT NULL,
  exact TEXT NULL
);
CREATE INDEX operation_by_type ON operation (type, id);

CREATE TABLE operation_action (
  operation_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  change INTEGER NOT NULL,
  object_id TEXT NOT NULL,
  delta DOUBLE PRECISION NULL,
  PRIMARY KEY (operation_id, position)
);
CREATE INDEX operation_action_by_object ON operation_action (object_id, change);
CREATE INDEX operation_action_by_change ON operation_action (change, object_id);

CREATE TABLE queue_entry (
  id TEXT NOT NULL PRIMARY KEY,
  operation_id TEXT NULL,
  state TEXT NOT NULL,
  location TEXT NULL,
  error TEXT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX queue_entry_by_operation ON queue_entry (operation_id);
CREATE INDEX queue_entry_by_state ON queue_entry (state, created_at);

CREATE TABLE idempotency_key (
  key TEXT NOT NULL PRIMARY KEY,
  request_hash TEXT NOT NULL,
  queue_id TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX idempotency_key_by_age ON idempotency_key (created_at);
CREATE INDEX idempotency_key_by_queue_entry ON idempotency_key (queue_id);

CREATE TABLE attribute (
  key TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
);

-- Where an imported parent's list and its children disagree.
CREATE TABLE link_fault (
  parent_id TEXT NOT NULL,
  relation TEXT NOT NULL,
  child_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  PRIMARY KEY (parent_id, relation, child_id, kind)
);
CREATE INDEX link_fault_by_child ON link_fault (child_id);
