import type { AuditEntry, RecordedAuditEntry } from '../domain/audit.js';
import type { BlockVolume } from '../domain/block-volume.js';
import type { Brick } from '../domain/brick.js';
import type { Cluster } from '../domain/cluster.js';
import type { Device } from '../domain/device.js';
import type { NewEvent, RecordedEvent } from '../domain/event.js';
import type { Id } from '../domain/ids.js';
import type { Node } from '../domain/node.js';
import type { OperationStatus, OperationType, PendingOperation } from '../domain/pending-operation.js';
import type { QueueEntry } from '../domain/queue-entry.js';
import type { UnclaimedVolume, Volume, VolumeOrigin } from '../domain/volume.js';

/** What a store needs to be opened: which one it is, and how it is used. */
export type StoreConfig = FileStoreConfig | PostgresStoreConfig;

export interface FileStoreConfig extends StoreUse {
  readonly file: string;
  /** Reads a private copy as it is now, never changes the file, and needs no lock; writes are refused. */
  readonly readOnly?: boolean;
  /** How long to wait for another process that has the database open. */
  readonly lockTimeoutMs?: number;
  /** Called when a sync failed, so that nobody can know what is on disk: has to end the process, as it does when not given. */
  readonly onDiskLost?: (error: Error) => void;
}

export interface PostgresStoreConfig extends StoreUse {
  readonly postgres: PostgresTarget;
  /** For a server: opening waits until no other one works with the database, and is the one then until it is closed. */
  readonly alone?: WorkAlone;
}

export interface WorkAlone {
  /** Who asks, for people. */
  readonly name: string;
  /** After so long without a sign of life another one takes over; ten seconds when not given. */
  readonly lifeMs?: number;
  /**
   * Another server, of this name, works with the database: it was seen to be alive. Who does not want to wait throws, and
   * opening rejects with that.
   */
  onWaiting?(name: string): void;
  /** Another server has taken over: nothing is written any more, and the process has to end. */
  onLost(): void;
}

/** Where a PostgreSQL is, and how it is reached. */
export interface PostgresTarget {
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** Null: none, or that of `passwordFile`. */
  readonly password: string | null;
  /** Its end of line does not count. */
  readonly passwordFile: string | null;
  readonly tls: PostgresTls | null;
}

export interface PostgresTls {
  /** PEM of the authorities that are trusted; null: those of Node. */
  readonly caFile: string | null;
  /** What of the server's certificate has to be right. */
  readonly checks: 'authority and name' | 'authority' | 'nothing';
}

interface StoreUse {
  readonly logger?: { info(fields: object, message: string): void; error(fields: object, message: string): void };
  /**
   * When a commit fails and its outcome can't be found out: keep trying, and let those that wait for it wait. Otherwise
   * they are told that it is unknown.
   */
  readonly isPatient?: boolean;
  /** Called after each commit with the units of work that shared it and how long it took until it was on disk. */
  readonly onCommit?: (units: number, durationMs: number) => void;
}

/**
 * Where clusters, nodes, devices, bricks, volumes and the intent of every running operation are kept.
 *
 * `work` must not wait for anything but this transaction: SQLite has one connection, so a host command or a timer
 * inside it makes everybody wait. A unit of work that throws leaves nothing behind. It may be run again, on another state:
 * nothing in it has an effect outside that a second run does not make good; what follows from it begins with its result.
 */
export interface Store {
  /** Runs `work` on one consistent state. */
  read<T>(work: (tx: ReadTx) => Promise<T>): Promise<T>;
  /**
   * Runs `work` in one unit. When the promise resolves, the change is on disk; when it rejects, it is not, nor will it
   * be, but for what `giveUpUndecided` says. Units that wait at the same time may share one commit, each inside a
   * savepoint of its own.
   */
  write<T>(work: (tx: Tx) => Promise<T>, options?: WriteOptions): Promise<T>;
  /**
   * One consistent state, the one there is now, for a work that takes its time: others write meanwhile. It may take as much
   * space on the disk as the database until it is closed. Rejects with a DomainError where there is no place for it.
   */
  snapshot(): Promise<Snapshot>;
  /** A consistent copy of the database file, complete but for what `contents` leaves out. */
  backup(purpose?: BackupPurpose, contents?: BackupContents): Promise<Buffer>;
  /** Whether no other server can be at work on hosts with this database, as far as this process can know. */
  isAlone(): boolean;
  /** Why no change is accepted at the moment, for people; null when changes are. */
  refusal(): string | null;
  /**
   * For the end of the server: rejects writes whose commit failed and of which nobody knows what is on the disk, with
   * a DomainError that says so.
   */
  giveUpUndecided(): void;
  close(): Promise<void>;
}

/** Stays as it is until it is closed, which may be done more than once; nothing can be read from it after that. */
export interface Snapshot {
  readonly tx: ReadTx;
  close(): void;
}

/** For those who may look and not change: what works on hosts. */
export type StoreReader = Pick<Store, 'read'>;

export interface WriteOptions {
  /**
   * For what nobody waits for: it joins the next commit, and makes one of its own only when none comes for a moment.
   * Lost when the process dies before that.
   */
  readonly goesAlong?: boolean;
}

/**
 * Lookups: `find` answers null when there is no such row; `list` answers ordered by id unless it says otherwise.
 * `update` and `delete` of a missing row throw: they would hide a lost record.
 */
export interface Tx {
  readonly clusters: ClusterRows;
  readonly nodes: NodeRows;
  readonly devices: DeviceRows;
  readonly bricks: BrickRows;
  readonly volumes: VolumeRows;
  readonly blockVolumes: BlockVolumeRows;
  readonly operations: OperationRows;
  readonly queue: QueueRows;
  readonly idempotencyKeys: IdempotencyKeyRows;
  readonly attributes: AttributeRows;
  readonly linkFaults: LinkFaultRows;
  readonly hostKeys: HostKeyRows;
  readonly serverIdentity: ServerIdentityRows;
  readonly origin: OriginRows;
  readonly events: EventRows;
  readonly audit: AuditRows;
}

/** What only looks: every unit of work has it, those that change something have the rest of `Tx` too. */
export type ReadTx = { readonly [Table in keyof Tx]: Reading<Tx[Table]> };

type Reading<Rows> = Pick<Rows, Extract<keyof Rows, ReadingName>>;
type ReadingName =
  | `find${'' | Capitalize<string>}`
  | `list${'' | Capitalize<string>}`
  | `count${string}`
  | 'refersToQueueEntry'
  | 'copiedAt';

export interface ClusterRows {
  find(id: Id): Promise<Cluster | null>;
  list(): Promise<readonly Cluster[]>;
  insert(cluster: Cluster): Promise<void>;
  update(cluster: Cluster): Promise<void>;
  delete(id: Id): Promise<void>;
}

export interface NodeRows {
  find(id: Id): Promise<Node | null>;
  list(): Promise<readonly Node[]>;
  listByCluster(clusterId: Id): Promise<readonly Node[]>;
  listIdsByCluster(clusterId: Id): Promise<readonly Id[]>;
  /** A node of any cluster with this name among its manage (or storage) names; imported data may hold several. */
  findByManageName(name: string): Promise<Node | null>;
  findByStorageName(name: string): Promise<Node | null>;
  /**
   * `registersNames: false` keeps its names out of the two lookups above, so that another node may take them: the
   * original's import does not register names, and clients were recorded using that.
   */
  insert(node: Node, options?: { readonly registersNames: boolean }): Promise<void>;
  update(node: Node): Promise<void>;
  delete(id: Id): Promise<void>;
}

export interface DeviceRows {
  find(id: Id): Promise<Device | null>;
  /** The first by id on this physical volume of LVM; '' finds one of which none is recorded. */
  findByPvUuid(pvUuid: string): Promise<Device | null>;
  list(): Promise<readonly Device[]>;
  /** At most `limit`, behind this id; '' for the first ones. */
  listAfter(id: Id, limit: number): Promise<readonly Device[]>;
  listByNode(nodeId: Id): Promise<readonly Device[]>;
  /** Ordered by node id, then device id. */
  listByCluster(clusterId: Id): Promise<readonly Device[]>;
  /**
   * The nodes of a cluster, by id, with their devices; `withPools` says whether their largest pools are asked for, too,
   * which are then not null. A node's group is the same object as in an earlier answer exactly while nothing of it, nor of
   * the bricks on its devices, has changed, so that what was worked out from it can be kept.
   */
  listByNodeOfCluster(clusterId: Id, withPools: boolean): Promise<readonly DevicesOfNode[]>;
  /** A node's group, where it is known without reading it; null where it is not. */
  findGroup(nodeId: Id): Promise<DevicesOfNode | null>;
  /** See DevicesOfNode; null when there is no brick on the device. */
  findLargestPoolMetadata(deviceId: Id): Promise<number | null>;
  insert(device: Device): Promise<void>;
  update(device: Device): Promise<void>;
  delete(id: Id): Promise<void>;
}

export interface DevicesOfNode {
  readonly nodeId: Id;
  /** Ordered by id. */
  readonly devices: readonly Device[];
  /** Pool metadata of the largest thin pool on each device, KiB; devices without bricks are left out. Null: not asked for. */
  readonly largestPoolMetadata: ReadonlyMap<Id, number> | null;
}

export interface BrickRows {
  find(id: Id): Promise<Brick | null>;
  list(): Promise<readonly Brick[]>;
  /** At most `limit`, behind this id; '' for the first ones. */
  listAfter(id: Id, limit: number): Promise<readonly Brick[]>;
  listByVolume(volumeId: Id): Promise<readonly Brick[]>;
  /** Without those that an imported volume does not list though they name it. */
  listShownByVolume(volumeId: Id): Promise<readonly Brick[]>;
  /** Of several at once; in the order of their ids within each volume. */
  listShownByVolumes(volumeIds: readonly Id[]): Promise<readonly Brick[]>;
  listByDevice(deviceId: Id): Promise<readonly Brick[]>;
  listByNode(nodeId: Id): Promise<readonly Brick[]>;
  /**
   * Of all volumes with bricks on the node whose ids are from the first of these on and before the other, '' included where
   * such a brick belongs to no volume. It goes through all bricks between the two.
   */
  listVolumeIdsByNode(nodeId: Id, from: Id, to: Id): Promise<readonly Id[]>;
  /** Some brick on the device of another volume than this, that nothing is being done to. */
  findAnother(deviceId: Id, volumeId: Id): Promise<Brick | null>;
  /** Bricks in a thin pool of this name: one, or those that share it with their clones. */
  listByThinPool(deviceId: Id, name: string): Promise<readonly Brick[]>;
  countByDevice(): Promise<ReadonlyMap<Id, number>>;
  countByVolume(volumeId: Id): Promise<number>;
  insert(bricks: readonly Brick[]): Promise<void>;
  update(brick: Brick): Promise<void>;
  /** Takes a brick out of its volume; from now on it belongs to nothing but operation `pendingId`. */
  park(id: Id, pendingId: Id): Promise<void>;
  /** Ends what operation `pendingId` was doing to bricks of this volume. */
  settle(volumeId: Id, pendingId: Id): Promise<void>;
  delete(ids: readonly Id[]): Promise<void>;
}

/**
 * "Visible" volumes are those that no pending operation is creating, cloning into being or deleting; the source of
 * a running clone stays visible in lists. Lists of one parent show what an imported parent lists, link faults and all.
 */
export interface VolumeRows {
  find(id: Id): Promise<Volume | null>;
  /** Those of them that there are, in any order. */
  listByIds(ids: readonly Id[]): Promise<readonly Volume[]>;
  list(): Promise<readonly Volume[]>;
  /** At most `limit`, behind this id; '' for the first ones. */
  listAfter(id: Id, limit: number): Promise<readonly Volume[]>;
  listByCluster(clusterId: Id): Promise<readonly Volume[]>;
  /** Of those of a cluster. */
  listByClusterAfter(clusterId: Id, id: Id, limit: number): Promise<readonly Volume[]>;
  listVisibleIds(): Promise<readonly Id[]>;
  listVisibleIdsByCluster(clusterId: Id): Promise<readonly Id[]>;
  /** The cluster of a volume that is visible, or null; right where there are no link faults. */
  findVisibleIn(id: Id): Promise<Id | null>;
  /** Pending ones count. */
  countByCluster(clusterId: Id): Promise<number>;
  /** Any volume of the cluster, pending ones included, that has this name. */
  findByName(clusterId: Id, name: string): Promise<Volume | null>;
  /** Of any cluster, pending ones included; null: no client calls a volume so. */
  findIdByClientName(clientName: string): Promise<Id | null>;
  /** Notes it of a volume that was just inserted. Throws when another one has the client's name. */
  noteOrigin(id: Id, origin: VolumeOrigin): Promise<void>;
  /** Notes that nobody is known to have learnt of the volume, since this time (Unix milliseconds). */
  markUnclaimed(id: Id, since: number): Promise<void>;
  /** Takes the note back; no error when there is no such volume. */
  claim(id: Id): Promise<void>;
  /** Without those that are being deleted. */
  listUnclaimed(): Promise<readonly UnclaimedVolume[]>;
  /** Those unclaimed since a time after `last` (Unix milliseconds) count as unclaimed since then. */
  boundUnclaimed(last: number): Promise<void>;
  insert(volume: Volume): Promise<void>;
  update(volume: Volume): Promise<void>;
  /** No operation is pending on the volume any more; no error when there is no such volume. */
  settle(id: Id): Promise<void>;
  delete(id: Id): Promise<void>;
}

export interface BlockVolumeRows {
  find(id: Id): Promise<BlockVolume | null>;
  list(): Promise<readonly BlockVolume[]>;
  /** At most `limit`, behind this id; '' for the first ones. */
  listAfter(id: Id, limit: number): Promise<readonly BlockVolume[]>;
  listByHostingVolume(volumeId: Id): Promise<readonly BlockVolume[]>;
  listVisibleIds(): Promise<readonly Id[]>;
  listVisibleIdsByCluster(clusterId: Id): Promise<readonly Id[]>;
  listVisibleIdsByHostingVolume(volumeId: Id): Promise<readonly Id[]>;
  /** See VolumeRows. */
  findVisibleIn(id: Id): Promise<Id | null>;
  countByCluster(clusterId: Id): Promise<number>;
  insert(blockVolume: BlockVolume): Promise<void>;
  update(blockVolume: BlockVolume): Promise<void>;
  delete(id: Id): Promise<void>;
}

/**
 * `archive`: a server that is started on it knows it as a copy that may be old (see OriginRows). `deployment`: another
 * server goes on with it at once in place of this one; a copy of a copy stays one.
 */
export type BackupPurpose = 'archive' | 'deployment';

/** `without-history`: without the rows of events and of the audit, which outgrow all others; their ids go on. */
export type BackupContents = 'all' | 'without-history';

export interface OperationRows {
  find(id: Id): Promise<PendingOperation | null>;
  list(): Promise<readonly PendingOperation[]>;
  /** Operations one of whose actions names this object (brick, volume, device, node). */
  listByObject(objectId: Id): Promise<readonly PendingOperation[]>;
  counts(): Promise<{ readonly total: number; readonly new: number; readonly stale: number; readonly failed: number }>;
  insert(operation: PendingOperation): Promise<void>;
  /** Replaces status, actions, plan and the notes of how far it came. */
  update(operation: PendingOperation): Promise<void>;
  setStatus(ids: readonly Id[], status: OperationStatus): Promise<void>;
  /** Notes that hosts are changed for it from now on. */
  markTouched(id: Id): Promise<void>;
  /** Notes that an undo begins; `update` with a new intent takes the note back. */
  markUndoing(id: Id): Promise<void>;
  /** Notes of all operations that have no such note that they were in flight when the copy was taken. */
  markCopied(at: number): Promise<void>;
  delete(id: Id): Promise<void>;
  listByType(type: OperationType): Promise<readonly PendingOperation[]>;
  /** The parts of a sequence that have not ended. */
  listByParent(parentId: Id): Promise<readonly PendingOperation[]>;
}

export interface QueueRows {
  find(id: Id): Promise<QueueEntry | null>;
  listPending(): Promise<readonly QueueEntry[]>;
  findByOperation(operationId: Id): Promise<QueueEntry | null>;
  insert(entry: QueueEntry): Promise<void>;
  update(entry: QueueEntry): Promise<void>;
  /** Ids of those that were answered at this time (Unix milliseconds) or later. */
  listAnsweredSince(answeredAt: number): Promise<readonly Id[]>;
  /** Answers given before this time (Unix milliseconds), without those that an idempotency key refers to. */
  deleteAnsweredBefore(answeredAt: number): Promise<void>;
  /** Answers given before `first` or after `last` count as given then (Unix milliseconds). */
  boundAnswered(first: number, last: number): Promise<void>;
  /** Deleting a missing entry is no error: its answer has been read. */
  delete(id: Id): Promise<void>;
}

export interface IdempotencyKey {
  readonly key: string;
  /** SHA-256 of method, path and body of the request that came first. */
  readonly requestHash: string;
  readonly queueId: Id;
  /** Unix milliseconds. */
  readonly createdAt: number;
}

export interface IdempotencyKeyRows {
  find(key: string): Promise<IdempotencyKey | null>;
  insert(key: IdempotencyKey): Promise<void>;
  /** True while a key may be answered with this queue entry again, which must then outlive its first reading. */
  refersToQueueEntry(queueId: Id): Promise<boolean>;
  /** With the final answers that were kept for them. */
  deleteOlderThan(createdAt: number): Promise<void>;
  /** Keys made before `first` or after `last` count as made then (Unix milliseconds). */
  boundCreated(first: number, last: number): Promise<void>;
}

/** The original's database attributes, such as DB_GENERATION_ID. */
export interface AttributeRows {
  list(): Promise<ReadonlyMap<string, string>>;
  set(key: string, value: string): Promise<void>;
}

/**
 * The original stores every relation on both ends, and its databases may contradict themselves. Here the child
 * names its parent; where an imported parent's list says otherwise, the difference is kept as a fault, so that
 * `/db/check` reports it and a dump shows it. Empty in a sound database.
 */
export interface LinkFault {
  readonly relation: LinkRelation;
  readonly parentId: Id;
  readonly childId: Id;
  /**
   * `extra`: the parent lists a child that does not name it (or does not exist); `missing`: the reverse.
   * `misplaced`: listed, but out of order, so that the original's binary search does not find it.
   */
  readonly kind: 'extra' | 'missing' | 'misplaced';
}

export type LinkRelation =
  | 'cluster-node'
  | 'cluster-volume'
  | 'cluster-block-volume'
  | 'node-device'
  | 'device-brick'
  | 'volume-brick'
  | 'volume-block-volume';

export interface LinkFaultRows {
  list(): Promise<readonly LinkFault[]>;
  listByParent(parentId: Id): Promise<readonly LinkFault[]>;
  /** Whether there are any. */
  findAny(): Promise<boolean>;
  insert(fault: LinkFault): Promise<void>;
  /** Forgets the faults in which this object is parent or child, when it is deleted. */
  deleteByObject(id: Id): Promise<void>;
}

/** The SSH key that a host showed when it was first reached. */
export interface HostKey {
  readonly host: string;
  readonly port: number;
  /** Base64 of SSH's wire format. */
  readonly key: string;
  /** Unix milliseconds. */
  readonly pinnedAt: number;
}

export interface HostKeyRows {
  list(): Promise<readonly HostKey[]>;
  /** The key, or null for a host that was never reached. */
  find(host: string, port: number): Promise<string | null>;
  insert(key: HostKey): Promise<void>;
  /** For all ports; answers how many keys were forgotten. */
  deleteByHost(host: string): Promise<number>;
}

/** Whether this database is a copy that may be older than what its hosts have seen. */
export interface OriginRows {
  /** Unix milliseconds at which the copy was made; null for a database that was only ever written by its server. */
  copiedAt(): Promise<number | null>;
  setCopiedAt(at: number | null): Promise<void>;
}

/** Who the server is to its hosts: they let nothing begin that an earlier start of it sent. */
export interface ServerIdentityRows {
  /**
   * Begins a generation: higher than all before it, and at least `now` (Unix milliseconds), so that a database
   * restored from a backup does not fall behind what its hosts have seen.
   */
  begin(now: number): Promise<{ readonly id: Id; readonly generation: number }>;
}

/** What has happened, in the order of their ids. Without `subjectId` of everything. */
export interface EventRows extends DatedRows {
  /** Gives it the next id: ids are in the order in which units are committed, so that nothing comes behind one that was read. */
  insert(event: NewEvent): Promise<void>;
  /** At most `limit` behind this id, oldest first. */
  listAfter(id: number, limit: number, subjectId?: Id | null): Promise<readonly RecordedEvent[]>;
  /** At most `limit` before this id, newest first. */
  listBefore(id: number, limit: number, subjectId?: Id | null): Promise<readonly RecordedEvent[]>;
}

/** Of what is only ever added, and kept for a while. */
export interface DatedRows {
  /** The last id that was given, whether what has it is there still or not; 0 before the first. */
  findLastId(): Promise<number>;
  /** No lower id is given any more. */
  skipTo(id: number): Promise<void>;
  findOldestId(): Promise<number | null>;
  /** The id behind the `n` newest ones; null when there are no more. */
  findNthNewestId(n: number): Promise<number | null>;
  /** Of the `limit` oldest, by their ids. */
  listOldestDates(limit: number): Promise<readonly DatedId[]>;
  /** At most `limit` of those up to this id; answers how many were deleted. */
  deleteOldest(id: number, limit: number): Promise<number>;
}

export interface DatedId {
  readonly id: number;
  /** Unix milliseconds, by the machine's clock of then. */
  readonly at: number;
}

/** Requests for changes, in the order of their ids, which are in the order of commits. */
export interface AuditRows extends DatedRows {
  insert(entries: readonly AuditEntry[]): Promise<void>;
  /** At most `limit` behind this id, oldest first. */
  listAfter(id: number, limit: number): Promise<readonly RecordedAuditEntry[]>;
  /** At most `limit` before this id, newest first. */
  listBefore(id: number, limit: number): Promise<readonly RecordedAuditEntry[]>;
}
