import type { Durability } from '../domain/durability.js';
import type { Id } from '../domain/ids.js';
import type { EntryState, Tags } from '../domain/node.js';
import type { QueueEntry } from '../domain/queue-entry.js';
import type { Requester } from '../domain/requester.js';
import type { BlockRestriction } from '../domain/volume.js';

/**
 * Changes to the storage pool, as the API asks for them. All checks that need no host happen before it resolves.
 * `by` is kept in the record of the change; no answer shows it.
 */
export interface Operations {
  createCluster(by: Requester, flags: ClusterFlags): Promise<Id>;
  setClusterFlags(by: Requester, id: Id, flags: ClusterFlags): Promise<void>;
  deleteCluster(by: Requester, id: Id): Promise<void>;
  changeNodeTags(by: Requester, id: Id, change: TagChange): Promise<Tags>;
  changeDeviceTags(by: Requester, id: Id, change: TagChange): Promise<Tags>;

  addNode(by: Requester, request: NodeRequest): Promise<QueueTicket>;
  deleteNode(by: Requester, id: Id): Promise<QueueTicket>;
  setNodeState(by: Requester, id: Id, state: EntryState): Promise<QueueTicket>;

  /** Compares a node with the store and mends what can be mended, unless `isDryRun`. */
  repairNode(by: Requester, id: Id, isDryRun: boolean): Promise<QueueTicket>;
  /** Null when there is no such report, or no longer. */
  repairReport(reportId: Id): RepairReport | null;
  /** Of the node's last comparison, whoever asked for it; null when there was none since the server started. */
  lastRepairReport(nodeId: Id): RepairReport | null;

  /** Its SSH key is learnt anew at the next connection; throws `not_found` when none is kept. */
  forgetHostKey(by: Requester, host: string): Promise<void>;
  addDevice(by: Requester, request: DeviceRequest): Promise<QueueTicket>;
  deleteDevice(by: Requester, id: Id, forceForget: boolean): Promise<QueueTicket>;
  setDeviceState(by: Requester, id: Id, state: EntryState): Promise<QueueTicket>;
  resyncDevice(by: Requester, id: Id): Promise<QueueTicket>;
  /** Looks at a device that may be added, as `addDevice` does first; changes nothing. */
  preflightDevice(nodeId: Id, name: string): Promise<DevicePreflight>;

  createVolume(by: Requester, request: VolumeRequest, idempotency?: IdempotencyRequest): Promise<QueueTicket>;
  expandVolume(by: Requester, id: Id, addGib: number): Promise<QueueTicket>;
  cloneVolume(by: Requester, id: Id, name: string): Promise<QueueTicket>;
  deleteVolume(by: Requester, id: Id): Promise<QueueTicket>;
  /** Somebody says that the volume is known and in use, though nobody fetched the result of its creation. */
  claimVolume(by: Requester, id: Id): Promise<void>;
  /** Takes bricks into the books that were moved by hand; on hosts nothing is changed. */
  adoptBricks(by: Requester, id: Id): Promise<QueueTicket>;
  setBlockRestriction(by: Requester, id: Id, restriction: BlockRestriction): Promise<QueueTicket>;
  /** Where the volume would go, or why nowhere; changes nothing. */
  planVolume(request: VolumeRequest): Promise<VolumePlan>;

  /** Leads stale and failed operations out: those named, or all when none is. Others are left alone. */
  cleanUp(by: Requester, operationIds: readonly Id[]): Promise<QueueTicket>;

  /** Operations running now: the original's in-flight tracker. */
  inFlight(): number;
  isInFlight(operationId: Id): boolean;
}

/** What clients fetch at /queue/{id}. */
export interface QueueReader {
  /**
   * The entry; while it is pending, only after some seconds or when it gets its final answer. That is given once: null
   * afterwards, as for an unknown id. A client that is gone is given nothing.
   */
  fetch(queueId: Id, gone: AbortSignal): Promise<QueueEntry | null>;
  /** Whether a result is there or being made that nobody has fetched yet. */
  isWaiting(queueId: Id): Promise<boolean>;
}

/** The id behind /queue/{id}; by the time it is handed out, it is on disk. */
export interface QueueTicket {
  readonly queueId: Id;
}

export interface ClusterFlags {
  readonly allowsBlock: boolean;
  readonly allowsFile: boolean;
}

export interface TagChange {
  readonly kind: 'set' | 'update' | 'delete';
  readonly tags: Tags;
}

export interface NodeRequest {
  readonly clusterId: Id;
  readonly zone: number;
  /** The zone as it was sent, when a double can't hold it. */
  readonly exactZone?: bigint;
  readonly manageNames: readonly string[];
  readonly storageNames: readonly string[];
  readonly tags: Tags;
}

export interface DeviceRequest {
  readonly nodeId: Id;
  readonly name: string;
  readonly mayDestroyData: boolean;
  readonly tags: Tags;
}

/** Answer of `POST /devices/preflight`. */
export interface DevicePreflight {
  readonly nodeId: Id;
  /** First manage name of the node. */
  readonly host: string;
  readonly device: string;
  /** Null when the host does not tell. */
  readonly sizeKib: number | null;
  readonly isUsable: boolean;
  /** With `destroydata`; true also for a device that is usable as it is. */
  readonly isUsableIfWiped: boolean;
  readonly checks: readonly PreflightCheck[];
}

export interface PreflightCheck {
  readonly name: 'rights' | 'device' | 'size' | 'use' | 'lvm' | 'contents' | 'tools' | 'thin provisioning' | 'glusterd';
  /** Only a problem keeps the device from being added; `unknown`: the host has no program that tells. */
  readonly result: 'ok' | 'warning' | 'problem' | 'unknown';
  readonly detail: string;
  /** What to do about a warning or a problem. */
  readonly advice: string | null;
  /** `destroydata` gets past this problem. */
  readonly isMendedByWiping: boolean;
}

/** What a comparison of a node with the store found, and what came of it. */
export interface RepairReport {
  readonly id: Id;
  readonly nodeId: Id;
  /** First manage name of the node. */
  readonly host: string;
  readonly isDryRun: boolean;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Everything is as it should be now. */
  readonly isHealthy: boolean;
  readonly findings: readonly RepairFinding[];
  /** Parts of the node that could not be read, with the reason. */
  readonly unreadable: readonly string[];
}

export interface RepairFinding {
  readonly kind:
    | 'logical volume absent'
    | 'logical volume inactive'
    | 'fstab line missing'
    | 'not mounted'
    | 'mounted from elsewhere'
    | 'brick process down'
    | 'volume not started'
    | 'volume absent'
    | 'volume being changed';
  readonly volumeId: Id;
  readonly volumeName: string;
  /** Null for what is about the whole volume. */
  readonly brickId: Id | null;
  /** `repairable`: only in a dry run. `left alone`: a person has to decide; the detail says what. */
  readonly outcome: 'repairable' | 'repaired' | 'failed' | 'left alone';
  readonly detail: string;
}

/** Already checked against the route's rules (ranges, patterns); what needs the store is checked by the operation. */
export interface VolumeRequest {
  readonly sizeGib: number;
  /** '' for a generated one. */
  readonly name: string;
  /** Null: any cluster. */
  readonly clusters: readonly Id[] | null;
  readonly durability: Durability;
  readonly gid: number;
  readonly options: readonly string[];
  readonly isBlockHosting: boolean;
  readonly snapshotEnabled: boolean;
  /** 32-bit float; 1 when snapshots are not enabled. */
  readonly snapshotFactor: number;
}

export interface IdempotencyRequest {
  readonly key: string;
  readonly requestHash: string;
}

/** Answer of `POST /placements`. Sizes in KiB unless the name says otherwise. */
export interface VolumePlan {
  readonly fits: boolean;
  readonly clusterId: Id | null;
  readonly bricks: readonly PlannedBrick[];
  /** Per cluster: why it refused. */
  readonly refusals: readonly ClusterRefusal[];
  /** The largest volume of this kind that would fit now; 0 when none. */
  readonly largestGib: number;
}

export interface PlannedBrick {
  readonly set: number;
  readonly nodeId: Id;
  readonly nodeName: string;
  readonly zone: number;
  readonly deviceId: Id;
  readonly deviceName: string;
  readonly isArbiter: boolean;
  readonly sizeKib: number;
  readonly takesKib: number;
  readonly freeAfterKib: number;
}

export interface ClusterRefusal {
  readonly clusterId: Id;
  readonly text: string;
  readonly explanation: string;
  readonly devices: readonly {
    readonly nodeId: Id;
    readonly nodeName: string;
    readonly deviceId: Id;
    readonly deviceName: string;
    readonly zone: number;
    readonly freeKib: number;
    readonly refusal: string;
    readonly detail: string;
  }[];
}

/** Which hosts answer, as the health monitor last saw them. */
export interface NodeHealth {
  /** False when glusterd on this host was last seen down; unknown counts as up. */
  isUp(manageName: string): boolean;
  /** A command could not reach this host: it counts as down until a probe says otherwise. */
  reportDown(manageName: string): void;
  /** Calls back whenever a host that was down answers again, so that work waiting for it need not wait longer. */
  onUp(listener: (manageName: string) => void): void;
}
