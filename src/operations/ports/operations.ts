import type { Id } from '../../domain/ids.js';
import type { EntryState, Tags } from '../../domain/node.js';
import type { PendingOperation } from '../../domain/pending-operation.js';
import type { Requester } from '../../domain/requester.js';
import type { BlockRestriction } from '../../domain/volume.js';
import type { DeviceHealth, DevicePreflight } from './devices.js';
import type { BlockVolumePlan, VolumePlan } from './placements.js';
import type { QueueTicket } from './queue.js';
import type { PlannableChange, PlannedRemoval, RemovalTerms } from './removals.js';
import type { PlannedStateRepair, RepairReport, StateRepairWish } from './repairs.js';
import type {
  BlockVolumeRequest,
  ClusterFlags,
  DeviceRequest,
  IdempotencyRequest,
  NodeRequest,
  TagChange,
  VolumeRequest,
} from './requests.js';
import type { VolumeHealth } from './volumes.js';

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
  /** Where `addGib` more would go, or why nowhere; changes nothing. Throws `not_found`, and `conflict` as the expansion. */
  planExpansion(id: Id, addGib: number): Promise<VolumePlan>;
  /** A volume as gluster has it now: asks a host. Throws `not_found`. */
  checkVolumeHealth(id: Id): Promise<VolumeHealth>;

  createBlockVolume(by: Requester, request: BlockVolumeRequest): Promise<QueueTicket>;
  /** `sizeGib` is the new total. */
  expandBlockVolume(by: Requester, id: Id, sizeGib: number): Promise<QueueTicket>;
  deleteBlockVolume(by: Requester, id: Id): Promise<QueueTicket>;
  /** Where the block volume would go, or why nowhere; changes nothing. */
  planBlockVolume(request: BlockVolumeRequest): Promise<BlockVolumePlan>;

  /** Ends work of many parts after the part that runs; what they have done stays. `conflict`: it has none. */
  cancel(by: Requester, id: Id): Promise<void>;
  /** Leads stale and failed operations out: those named, or all when none is. Others are left alone. */
  cleanUp(by: Requester, operationIds: readonly Id[]): Promise<QueueTicket>;

  /** Operations running now: the original's in-flight tracker. */
  inFlight(): Promise<number>;
  isInFlight(operation: PendingOperation): boolean;
}
