/** The tables of migrations/. Columns hold text, numbers and null only: both engines bind and return those alike. */
export interface Schema {
  cluster: ClusterTable;
  node: NodeTable;
  node_hostname: NodeHostnameTable;
  device: DeviceTable;
  brick: BrickTable;
  volume: VolumeTable;
  block_volume: BlockVolumeTable;
  operation: OperationTable;
  operation_action: OperationActionTable;
  queue_entry: QueueEntryTable;
  idempotency_key: IdempotencyKeyTable;
  attribute: AttributeTable;
  link_fault: LinkFaultTable;
  host_key: HostKeyTable;
  server_identity: ServerIdentityTable;
  journal: JournalTable;
}

export interface ClusterTable {
  id: string;
  allows_block: number;
  allows_file: number;
}

export interface NodeTable {
  id: string;
  cluster_id: string;
  zone: number;
  state: string;
  manage_names: string;
  storage_names: string;
  tags: string;
  exact: string | null;
}

export interface NodeHostnameTable {
  node_id: string;
  kind: 'manage' | 'storage';
  position: number;
  name: string;
}

export interface DeviceTable {
  id: string;
  node_id: string;
  name: string;
  state: string;
  total_kib: number;
  free_kib: number;
  used_kib: number;
  extent_kib: number;
  spare_metadata_kib: number;
  tags: string;
  paths: string;
  pv_uuid: string;
  exact: string | null;
}

export interface BrickTable {
  id: string;
  volume_id: string;
  device_id: string;
  node_id: string;
  path: string;
  size_kib: number;
  thin_pool_kib: number;
  pool_metadata_kib: number;
  thin_pool: string;
  lv: string;
  sub_type: string;
  pending_id: string | null;
  exact: string | null;
}

export interface VolumeTable {
  id: string;
  cluster_id: string;
  name: string;
  size_gib: number;
  durability_type: string;
  replica: number;
  disperse_data: number;
  disperse_redundancy: number;
  gid: number;
  is_block_hosting: number;
  snapshot_enabled: number;
  snapshot_factor: number;
  options: string | null;
  requested_clusters: string | null;
  block_free_gib: number;
  block_reserved_gib: number;
  block_restriction: string;
  mount_hosts: string;
  mount_device: string;
  mount_options: string;
  pending_id: string | null;
  /** Set and cleared by statements of its own. */
  unclaimed_since: number | null;
  exact: string | null;
}

export interface BlockVolumeTable {
  id: string;
  cluster_id: string;
  hosting_volume_id: string;
  name: string;
  size_gib: number;
  usable_size_gib: number;
  ha_count: number;
  has_auth: number;
  requested_clusters: string | null;
  hosts: string;
  iqn: string;
  lun: number;
  username: string;
  password: string;
  pending_id: string | null;
  exact: string | null;
}

export interface OperationTable {
  id: string;
  type: number;
  status: string;
  created_at: number;
  plan: string | null;
  is_undoing: number;
  is_untouched: number;
  copied_at: number | null;
  origin: string;
  answered: string | null;
  requested_by: string | null;
  parent_id: string | null;
  progress: string | null;
  tries: number;
  due_at: number | null;
  last_error: string | null;
  waits_for_host: number;
  exact: string | null;
}

export interface OperationActionTable {
  operation_id: string;
  position: number;
  change: number;
  object_id: string;
  delta: number | null;
}

export interface QueueEntryTable {
  id: string;
  operation_id: string | null;
  state: string;
  location: string | null;
  error: string | null;
  created_at: number;
  answered_at: number | null;
}

export interface IdempotencyKeyTable {
  key: string;
  request_hash: string;
  queue_id: string;
  created_at: number;
}

export interface AttributeTable {
  key: string;
  value: string;
}

export interface LinkFaultTable {
  parent_id: string;
  relation: string;
  child_id: string;
  kind: string;
}

export interface HostKeyTable {
  host: string;
  port: number;
  key: string;
  pinned_at: number;
}

export interface ServerIdentityTable {
  id: string;
  generation: number;
}

/** See journal.ts. */
export interface JournalTable {
  id: string;
  previous: string;
  is_open: number;
  commits: number;
  copied_at: number | null;
}
