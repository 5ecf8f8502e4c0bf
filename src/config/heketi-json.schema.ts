/**
 * JSON schema of heketi.json: every key of Heketi 10 with its type. Keys without a type are old ones: accepted,
 * never looked at. Unknown keys are not an error; `heketi-json.ts` warns about them.
 */
const integer = { type: 'integer' } as const;
const unsigned = { type: 'integer', minimum: 0 } as const;
const string = { type: 'string' } as const;
const boolean = { type: 'boolean' } as const;
const ignored = {} as const;

export interface ObjectSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, KeySchema>>;
}

export type KeySchema =
  | ObjectSchema
  | { readonly type: 'integer'; readonly minimum?: number }
  | { readonly type: 'string' | 'boolean' }
  | { readonly type?: never };

function object<const T extends Readonly<Record<string, KeySchema>>>(properties: T) {
  return { type: 'object', properties } as const;
}

const hostKeys = {
  fstab: string,
  mountopts: string,
  sudo: boolean,
  snapshot_limit: integer,
  rebalance_on_expansion: boolean,
  backup_lvm_metadata: boolean,
  gluster_cli_timeout: unsigned,
  pv_data_alignment: string,
  vg_physicalextentsize: string,
  lv_chunksize: string,
  xfs_sw: integer,
  xfs_su: integer,
  debug_umount_failures: boolean,
  block_prealloc: string,
  lvm_wrapper: string,
} as const;

export const HEKETI_JSON_SCHEMA = object({
  port: string,
  use_auth: boolean,
  jwt: object({ admin: object({ key: string }), user: object({ key: string }) }),
  enable_tls: boolean,
  cert_file: string,
  key_file: string,
  backup_db_to_kube_secret: boolean,
  profiling: boolean,
  // Ours: the original has none of these.
  console: boolean,
  events: object({ keep_days: unsigned, keep_count: unsigned }),
  audit: object({ keep_days: unsigned, keep_count: unsigned }),
  default_state: string,
  glusterfs: object({
    executor: string,
    db: string,
    db_read_only: boolean,
    allocator: ignored,
    loglevel: string,
    brick_max_size_gb: integer,
    brick_min_size_gb: integer,
    max_bricks_per_volume: integer,
    average_file_size_kb: unsigned,
    max_volumes_per_cluster: integer,
    zone_checking: string,
    pre_request_volume_options: string,
    post_request_volume_options: string,
    auto_create_block_hosting_volume: boolean,
    block_hosting_volume_size: integer,
    block_hosting_volume_options: string,
    disable_monitor_gluster_nodes: boolean,
    refresh_time_monitor_gluster_nodes: unsigned,
    start_time_monitor_gluster_nodes: unsigned,
    disable_background_cleaner: boolean,
    start_time_background_cleaner: unsigned,
    refresh_time_background_cleaner: unsigned,
    // Ours: the original has none of these three.
    node_repair: string,
    start_time_node_repair: unsigned,
    refresh_time_node_repair: unsigned,
    // Ours, too.
    device_check: string,
    start_time_device_check: unsigned,
    refresh_time_device_check: unsigned,
    usage_survey: string,
    start_time_usage_survey: unsigned,
    refresh_time_usage_survey: unsigned,
    backup_directory: string,
    backup_keep: unsigned,
    refresh_time_backup: unsigned,
    max_inflight_operations: unsigned,
    operation_retry_limits: object({ volume_create: integer }),
    sshexec: object({ ...hostKeys, keyfile: string, user: string, port: string }),
    kubeexec: object({
      ...hostKeys,
      namespace: string,
      gluster_daemonset: boolean,
      use_pod_names: boolean,
      max_connections: integer,
      disable_timeout_prefix: boolean,
      // Ours: the original takes only the credentials of its pod.
      kubeconfig: string,
      host: ignored,
      cert: ignored,
      insecure: ignored,
      user: ignored,
      password: ignored,
    }),
    injectexec: ignored,
  }),
});

type Infer<S> = S extends { readonly properties: infer P }
  ? { readonly [K in keyof P]?: Infer<P[K]> }
  : S extends { readonly type: 'integer' }
    ? number
    : S extends { readonly type: 'string' }
      ? string
      : S extends { readonly type: 'boolean' }
        ? boolean
        : unknown;

/** heketi.json after validation, keys spelled as here; a missing key (or null) takes its default. */
export type HeketiJson = Infer<typeof HEKETI_JSON_SCHEMA>;
/** The keys that `sshexec` and `kubeexec` have in common. */
export type HostSection = { readonly [K in keyof typeof hostKeys]?: Infer<(typeof hostKeys)[K]> | undefined };
