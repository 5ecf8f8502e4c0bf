import type { AuditOutcome } from '../domain/audit.js';
import type { BrickSubType } from '../domain/brick.js';
import type { DurabilityType } from '../domain/durability.js';
import type { EventDetails, EventSubject, RecordedEvent } from '../domain/event.js';
import type { EntryState } from '../domain/node.js';
import type { OperationStatus, OperationType, PendingOperation } from '../domain/pending-operation.js';
import type { QueueEntry } from '../domain/queue-entry.js';
import type { PoolPart } from '../domain/usage.js';
import type { BlockRestriction } from '../domain/volume.js';
import {
  apart,
  exact,
  flag,
  integer,
  jsonOf,
  lasting,
  list,
  map,
  optionalInteger,
  optionalList,
  optionalText,
  text,
  textOf,
} from './columns.js';
import type { LinkFault } from './interface/imported.js';

/**
 * The tables of migrations/, and as what the rest of the program knows their columns. Rows, reads and writes are derived
 * from it (table.ts). Columns hold text, numbers and null only: both engines bind and return those alike.
 */
export const TABLES = {
  cluster: {
    id: text('id'),
    allowsBlock: flag('allows_block'),
    allowsFile: flag('allows_file'),
  },
  node: {
    id: text('id'),
    clusterId: text('cluster_id'),
    zone: integer('zone'),
    state: textOf<EntryState>()('state'),
    manageNames: list('manage_names'),
    storageNames: list('storage_names'),
    tags: map('tags'),
    exact: exact('exact'),
  },
  node_hostname: {
    nodeId: text('node_id'),
    kind: textOf<'manage' | 'storage'>()('kind'),
    position: integer('position'),
    name: text('name'),
  },
  device: {
    id: text('id'),
    nodeId: lasting(text('node_id')),
    name: text('name'),
    state: textOf<EntryState>()('state'),
    totalKib: integer('total_kib'),
    freeKib: integer('free_kib'),
    usedKib: integer('used_kib'),
    extentKib: integer('extent_kib'),
    spareMetadataKib: integer('spare_metadata_kib'),
    tags: map('tags'),
    paths: list('paths'),
    pvUuid: text('pv_uuid'),
    exact: exact('exact'),
  },
  brick: {
    id: text('id'),
    volumeId: lasting(text('volume_id')),
    deviceId: lasting(text('device_id')),
    nodeId: lasting(text('node_id')),
    path: text('path'),
    sizeKib: integer('size_kib'),
    thinPoolKib: integer('thin_pool_kib'),
    poolMetadataKib: integer('pool_metadata_kib'),
    thinPool: text('thin_pool'),
    lv: text('lv'),
    subType: textOf<BrickSubType>()('sub_type'),
    pendingId: optionalText('pending_id'),
    exact: exact('exact'),
  },
  volume: {
    id: text('id'),
    clusterId: lasting(text('cluster_id')),
    name: lasting(text('name')),
    sizeGib: integer('size_gib'),
    durabilityType: textOf<DurabilityType>()('durability_type'),
    replica: integer('replica'),
    disperseData: integer('disperse_data'),
    disperseRedundancy: integer('disperse_redundancy'),
    gid: integer('gid'),
    isBlockHosting: flag('is_block_hosting'),
    snapshotEnabled: flag('snapshot_enabled'),
    snapshotFactor: integer('snapshot_factor'),
    options: optionalList('options'),
    requestedClusters: optionalList('requested_clusters'),
    blockFreeGib: integer('block_free_gib'),
    blockReservedGib: integer('block_reserved_gib'),
    blockRestriction: textOf<BlockRestriction>()('block_restriction'),
    // Texts: they are parsed when they are asked for, which is hardly ever.
    mountHosts: text('mount_hosts'),
    mountDevice: text('mount_device'),
    mountOptions: text('mount_options'),
    pendingId: optionalText('pending_id'),
    unclaimedSince: apart(optionalInteger('unclaimed_since')),
    clientName: apart(optionalText('client_name')),
    clonedFrom: apart(optionalText('cloned_from')),
    exact: exact('exact'),
  },
  block_volume: {
    id: text('id'),
    clusterId: lasting(text('cluster_id')),
    hostingVolumeId: lasting(text('hosting_volume_id')),
    name: text('name'),
    sizeGib: integer('size_gib'),
    usableSizeGib: integer('usable_size_gib'),
    haCount: integer('ha_count'),
    hasAuth: flag('has_auth'),
    requestedClusters: optionalList('requested_clusters'),
    hosts: list('hosts'),
    iqn: text('iqn'),
    lun: integer('lun'),
    username: text('username'),
    password: text('password'),
    pendingId: optionalText('pending_id'),
    exact: exact('exact'),
  },
  operation: {
    id: text('id'),
    /** The numbers of OPERATION_TYPES. */
    type: lasting(integer('type')),
    status: textOf<OperationStatus>()('status'),
    createdAt: lasting(integer('created_at')),
    plan: jsonOf<unknown>()('plan'),
    isUndoing: flag('is_undoing'),
    isUntouched: flag('is_untouched'),
    copiedAt: optionalInteger('copied_at'),
    origin: textOf<PendingOperation['origin']>()('origin'),
    answered: textOf<PendingOperation['answered']>()('answered'),
    requestedBy: jsonOf<PendingOperation['requestedBy']>()('requested_by'),
    parentId: optionalText('parent_id'),
    progress: jsonOf<PendingOperation['progress']>()('progress'),
    tries: integer('tries'),
    dueAt: optionalInteger('due_at'),
    lastError: optionalText('last_error'),
    waitsForHost: flag('waits_for_host'),
    told: textOf<PendingOperation['told']>()('told'),
    exact: exact('exact'),
  },
  operation_action: {
    operationId: text('operation_id'),
    position: integer('position'),
    /** The numbers of CHANGES. */
    change: integer('change'),
    objectId: text('object_id'),
    delta: optionalInteger('delta'),
  },
  queue_entry: {
    id: text('id'),
    operationId: lasting(optionalText('operation_id')),
    state: textOf<QueueEntry['state']>()('state'),
    location: optionalText('location'),
    error: optionalText('error'),
    createdAt: lasting(integer('created_at')),
    answeredAt: optionalInteger('answered_at'),
  },
  idempotency_key: {
    key: text('key'),
    requestHash: text('request_hash'),
    queueId: text('queue_id'),
    createdAt: integer('created_at'),
  },
  attribute: {
    key: text('key'),
    value: text('value'),
  },
  link_fault: {
    parentId: text('parent_id'),
    relation: textOf<LinkFault['relation']>()('relation'),
    childId: text('child_id'),
    kind: textOf<LinkFault['kind']>()('kind'),
  },
  host_key: {
    host: text('host'),
    port: integer('port'),
    key: text('key'),
    pinnedAt: integer('pinned_at'),
  },
  event: {
    id: integer('id'),
    at: integer('at'),
    type: textOf<RecordedEvent['type']>()('type'),
    subjectKind: textOf<EventSubject['kind']>()('subject_kind'),
    subjectId: text('subject_id'),
    subjectName: text('subject_name'),
    clusterId: text('cluster_id'),
    operationId: optionalText('operation_id'),
    operationType: textOf<OperationType | null>()('operation_type'),
    requestedBy: jsonOf<RecordedEvent['requestedBy']>()('requested_by'),
    reason: optionalText('reason'),
    details: jsonOf<EventDetails>()('details'),
  },
  audit_entry: {
    id: integer('id'),
    at: integer('at'),
    issuer: optionalText('issuer'),
    address: text('address'),
    requestId: text('request_id'),
    method: text('method'),
    path: text('path'),
    action: text('action'),
    objectIds: list('object_ids'),
    status: integer('status'),
    outcome: textOf<AuditOutcome>()('outcome'),
    reason: optionalText('reason'),
    durationMs: integer('duration_ms'),
    repeats: integer('repeats'),
  },
  filling_pool: {
    deviceId: text('device_id'),
    pool: text('pool'),
    part: textOf<PoolPart>()('part'),
    since: integer('since'),
  },
  id_sequence: {
    /** The table whose ids they are. */
    name: text('name'),
    last: integer('last'),
  },
  server_identity: {
    id: text('id'),
    generation: integer('generation'),
  },
  /** See sqlite/journal.ts. */
  journal: {
    /** Names the log's contents since the file was last complete. */
    id: text('id'),
    /** The one before. */
    previous: text('previous'),
    /** 1: the log may hold what the file lacks. */
    isOpen: integer('is_open'),
    commits: integer('commits'),
    /** Unix milliseconds at which this file was made as a copy of a database; null in others. */
    copiedAt: optionalInteger('copied_at'),
  },
} as const;

type Tables = typeof TABLES;
export type TableName = keyof Tables;

/** The members of a table's rows, and their columns. */
export type Members<Table extends TableName> = Tables[Table];

export type StoredIn<C> = C extends { readonly decode: ((stored: infer Stored) => unknown) | null } ? Stored : never;

/** For Kysely: what stands in the columns of each table, by their names. */
export type Schema = {
  [Table in TableName]: {
    [Member in keyof Tables[Table] as Tables[Table][Member] extends { readonly name: infer Name extends string }
      ? Name
      : never]: StoredIn<Tables[Table][Member]>;
  };
};
