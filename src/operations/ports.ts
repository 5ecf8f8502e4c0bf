import type { DeviceRefusals } from '../domain/allocator/types.js';
import type { HostingRefusal } from '../domain/block-hosting.js';
import type { DeviceCondition } from '../domain/device.js';
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
  /** `failed` moves all bricks away first; see `evictBrick` for `mustBeHealed`, which is true when not given. */
  setNodeState(by: Requester, id: Id, state: EntryState, mustBeHealed?: boolean): Promise<QueueTicket>;

  /**
   * A node never returns: its bricks are made anew on others, and it leaves the pool and the books. Refused when it lives;
   * `mayHostAnswer`: whatever answers under its name, without glusterd, is not the node any more.
   */
  loseNode(by: Requester, id: Id, how: { mustBeHealed: boolean; mayHostAnswer: boolean }): Promise<QueueTicket>;

  /** Gives a node other names, where they are known to lead to the same host; null: they stay. */
  setHostnames(
    by: Requester,
    id: Id,
    names: { readonly manageNames: readonly string[] | null; readonly storageNames: readonly string[] | null },
  ): Promise<QueueTicket>;

  /**
   * A node whose machine was installed anew, or whose disks were exchanged for empty ones, comes back under its name: its
   * devices are set up and its bricks made, given back and healed. `disks`: where a device is, for those that can't be
   * found by what is recorded of them.
   */
  reinstateNode(by: Requester, id: Id, disks: Readonly<Record<Id, string>>): Promise<QueueTicket>;

  /** Mends what hosts and store disagree about, as far as it is safe, and what is named in `request`. */
  repairState(by: Requester, request: StateRepairWish): Promise<QueueTicket>;
  /** What `repairState` would do now; changes nothing. */
  planStateRepair(request: StateRepairWish): Promise<PlannedStateRepair>;
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
  /** As `setNodeState`. */
  setDeviceState(by: Requester, id: Id, state: EntryState, mustBeHealed?: boolean): Promise<QueueTicket>;
  resyncDevice(by: Requester, id: Id): Promise<QueueTicket>;
  /** What a change that moves bricks would do now; changes nothing. Throws `not_found`. */
  planRemoval(change: PlannableChange, id: Id, terms: RemovalTerms): Promise<PlannedRemoval>;
  /** What `reinstateNode` would bring back now, each brick at its own place; changes nothing. Throws `not_found`. */
  planReinstatement(id: Id, disks: Readonly<Record<Id, string>>): Promise<PlannedRemoval>;
  /** How devices were last seen; nothing is asked. */
  listDeviceHealth(): Promise<readonly DeviceHealth[]>;
  /** The same of one device; throws `not_found`. */
  deviceHealth(id: Id): Promise<DeviceHealth>;
  /** Asks the device's host now; throws `not_found`. A host that can't be asked makes its devices `unknown`. */
  checkDeviceHealth(id: Id): Promise<DeviceHealth>;
  /** Looks at a device that may be added, as `addDevice` does first; changes nothing. */
  preflightDevice(nodeId: Id, name: string): Promise<DevicePreflight>;

  createVolume(by: Requester, request: VolumeRequest, idempotency?: IdempotencyRequest): Promise<QueueTicket>;
  /** `fromGib`: refused as a conflict when the volume has another size by now. */
  expandVolume(by: Requester, id: Id, addGib: number, fromGib?: number): Promise<QueueTicket>;
  /** `clientName`: as of a VolumeRequest. */
  cloneVolume(by: Requester, id: Id, name: string, clientName?: string): Promise<QueueTicket>;
  deleteVolume(by: Requester, id: Id): Promise<QueueTicket>;
  /** Somebody says that the volume is known and in use, though nobody fetched the result of its creation. */
  claimVolume(by: Requester, id: Id): Promise<void>;
  /** Takes bricks into the books that were moved by hand; on hosts nothing is changed. */
  adoptBricks(by: Requester, id: Id): Promise<QueueTicket>;
  /** Moves a brick to another device. Unless `mustBeHealed`, the caller answers for it that the rest of its set has all data. */
  evictBrick(by: Requester, id: Id, mustBeHealed: boolean): Promise<QueueTicket>;
  setBlockRestriction(by: Requester, id: Id, restriction: BlockRestriction): Promise<QueueTicket>;
  /** Where the volume would go, or why nowhere; changes nothing. */
  planVolume(request: VolumeRequest): Promise<VolumePlan>;

  createBlockVolume(by: Requester, request: BlockVolumeRequest): Promise<QueueTicket>;
  /** `sizeGib` is the new total. */
  expandBlockVolume(by: Requester, id: Id, sizeGib: number): Promise<QueueTicket>;
  deleteBlockVolume(by: Requester, id: Id): Promise<QueueTicket>;
  /** Where the block volume would go, or why nowhere; changes nothing. */
  planBlockVolume(request: BlockVolumeRequest): Promise<BlockVolumePlan>;

  /** Leads stale and failed operations out: those named, or all when none is. Others are left alone. */
  /** Ends work of many parts after the part that runs; what they have done stays. `conflict`: it has none. */
  cancel(by: Requester, id: Id): Promise<void>;
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

/** How a device was last seen. */
export interface DeviceHealth {
  readonly deviceId: Id;
  readonly deviceName: string;
  readonly nodeId: Id;
  /** First manage name of the node. */
  readonly host: string;
  readonly condition: DeviceCondition;
  /** '' for a device that is well. */
  readonly reason: string;
  readonly bricksDown: readonly Id[];
  readonly notes: readonly string[];
  /** ISO 8601, UTC; null when its host could not be asked, or was not yet. */
  readonly checkedAt: string | null;
  /** What to type; null when there is nothing to be done. */
  readonly command: string | null;
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

/** What is repaired only where somebody has named it. */
export interface StateRepairWish {
  /** Volumes, by name: somebody may have stopped them on purpose. */
  readonly start: readonly string[];
  /** Logical volumes that belong to nobody, as `vg_ID/NAME`. */
  readonly destroy: readonly string[];
}

/** Answer of `POST /internal/state/repair/plan`. */
export interface PlannedStateRepair {
  /** All differences would be repaired, all hosts were asked, and nothing is in the way. */
  readonly isPossible: boolean;
  /** What prevents all of it, or is about no difference; null when nothing is. */
  readonly obstacle: string | null;
  /** How many of the differences would be repaired. */
  readonly repairable: number;
  /** In the order in which they are done. `host` is '' for what is done in the database, or wherever gluster answers. */
  readonly steps: readonly {
    readonly step: string;
    readonly clusterId: Id;
    readonly host: string;
    readonly text: string;
  }[];
  readonly differences: readonly PlannedMending[];
  /** Hosts, or parts of what they know, that could not be had: nothing of what they alone can tell is repaired. */
  readonly notCompared: readonly { readonly clusterId: Id; readonly host: string; readonly reason: string }[];
  /** What these are about is left to them. */
  readonly pendingOperations: readonly Id[];
}

/** One difference, and what would become of it. */
export interface PlannedMending {
  readonly kind: string;
  readonly clusterId: Id;
  /** Manage name; '' for what concerns a whole cluster. */
  readonly host: string;
  readonly subject: string;
  readonly text: string;
  readonly remedy: string;
  /** The step that mends it; null when it stays. */
  readonly step: string | null;
  /** Why it stays; null when it does not. */
  readonly obstacle: string | null;
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
  /** What the client calls it: refused when any volume is called so. */
  readonly clientName?: string;
}

/** Checked as a VolumeRequest is. */
export interface BlockVolumeRequest {
  readonly sizeGib: number;
  /** '' for a generated one. */
  readonly name: string;
  /** Null: any cluster. */
  readonly clusters: readonly Id[] | null;
  /** Hosts that are to serve it; 0, or more than there are: all. */
  readonly haCount: number;
  readonly hasAuth: boolean;
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

/** Changes that move bricks and have a dry run. */
export type PlannableChange = 'remove-device' | 'remove-node' | 'lose-node' | 'evict-brick';

/** What a person answers for when bricks are moved. */
export interface RemovalTerms {
  /** False: that the rest of each brick's set has all data. */
  readonly mustBeHealed: boolean;
  /** Of `lose-node`: that whatever answers under the node's name is not the node any more. */
  readonly mayHostAnswer: boolean;
}

/** Answer of `POST /placements/evictions`. */
export interface PlannedRemoval {
  /** All bricks can be moved now, and nothing else is in the way. */
  readonly isPossible: boolean;
  /** What prevents all of it (a state), or is about no brick; null when nothing is. Bricks are planned as if it were gone. */
  readonly obstacle: string | null;
  /** How many of the bricks can be moved now: the largest part that could be done. */
  readonly movable: number;
  /** Of those, as far as their hosts tell. */
  readonly healKib: number;
  /** How many of those it is not known of. */
  readonly unknownHeals: number;
  /** In the order in which they are moved; each takes its space from those that follow. */
  readonly bricks: readonly PlannedEviction[];
  /** Bricks that were replaced before, and wait for the heal of their sets; a removal waits for that, too. */
  readonly healing: readonly { readonly brickId: Id; readonly volumeId: Id; readonly entriesLeft: number | null }[];
}

export interface PlannedEviction {
  readonly brickId: Id;
  readonly volumeId: Id;
  readonly volumeName: string;
  readonly sizeKib: number;
  readonly from: PlannedPlace;
  /** What the brick's file system holds, or else that of another brick of its set; null when no host tells. */
  readonly healKib: number | null;
  /** Where it would go; null when it stays. */
  readonly to: (PlannedPlace & { readonly takesKib: number; readonly freeAfterKib: number }) | null;
  /** Why it stays; null when it goes. */
  readonly obstacle: string | null;
  /** Where no device can take it: why not. */
  readonly devices: ClusterRefusal['devices'];
}

export interface PlannedPlace {
  readonly nodeId: Id;
  readonly nodeName: string;
  readonly zone: number;
  readonly deviceId: Id;
  readonly deviceName: string;
}

/** Answer of `POST /placements/blockvolumes`. Sizes in GiB. */
export interface BlockVolumePlan {
  readonly fits: boolean;
  /** The hosting volume that would take it; null when none of those that are there would. */
  readonly hosting: PlannedHosting | null;
  /** The plan of the hosting volume that would be made for it; null when none would. */
  readonly newHosting: VolumePlan | null;
  /** Why nothing takes it; '' when it fits. */
  readonly reason: string;
  /** Why the hosting volumes that are there do not. */
  readonly refusals: readonly HostingRefusal[];
  /** The largest block volume that would fit now; 0 when none. */
  readonly largestGib: number;
}

export interface PlannedHosting {
  readonly id: Id;
  readonly name: string;
  readonly clusterId: Id;
  readonly freeGib: number;
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
  readonly devices: DeviceRefusals;
}

/** Which hosts answer, as the health monitor last saw them. */
export interface NodeHealth {
  /** False when glusterd on this host was last seen down; unknown counts as up. */
  isUp(manageName: string): boolean;
  /**
   * The hosts for which `isUp` is false: the same object while that does not change. Left out where somebody has to be asked
   * for each.
   */
  downHosts?(): ReadonlySet<string>;
  /**
   * Why devices take no new bricks; nothing is known against others. The same object while nothing of it changes. Left out
   * where nobody looks at devices.
   */
  deviceTroubles?(): ReadonlyMap<Id, string>;
  /** A command could not reach this host: it counts as down until a probe says otherwise. */
  reportDown(manageName: string): void;
  /** Calls back whenever a host that was down answers again, so that work waiting for it need not wait longer. */
  onUp(listener: (manageName: string) => void): void;
}
