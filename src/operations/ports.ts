import type { Durability } from '../domain/durability.js';
import type { Id } from '../domain/ids.js';
import type { EntryState, Tags } from '../domain/node.js';
import type { BlockRestriction } from '../domain/volume.js';

/** Changes to the storage pool, as the API asks for them. All checks that need no host happen before it resolves. */
export interface Operations {
  createCluster(flags: ClusterFlags): Promise<Id>;
  setClusterFlags(id: Id, flags: ClusterFlags): Promise<void>;
  deleteCluster(id: Id): Promise<void>;
  changeNodeTags(id: Id, change: TagChange): Promise<Tags>;
  changeDeviceTags(id: Id, change: TagChange): Promise<Tags>;

  addNode(request: NodeRequest): Promise<QueueTicket>;
  deleteNode(id: Id): Promise<QueueTicket>;
  setNodeState(id: Id, state: EntryState, healCheck: HealCheck): Promise<QueueTicket>;

  addDevice(request: DeviceRequest): Promise<QueueTicket>;
  deleteDevice(id: Id, forceForget: boolean): Promise<QueueTicket>;
  setDeviceState(id: Id, state: EntryState, healCheck: HealCheck): Promise<QueueTicket>;
  resyncDevice(id: Id): Promise<QueueTicket>;

  createVolume(request: VolumeRequest, idempotency?: IdempotencyRequest): Promise<QueueTicket>;
  expandVolume(id: Id, addGib: number): Promise<QueueTicket>;
  cloneVolume(id: Id, name: string): Promise<QueueTicket>;
  deleteVolume(id: Id): Promise<QueueTicket>;
  setBlockRestriction(id: Id, restriction: BlockRestriction): Promise<QueueTicket>;
  /** Where the volume would go, or why nowhere; changes nothing. */
  planVolume(request: VolumeRequest): Promise<VolumePlan>;

  /** Leads stale and failed operations out: those named, or all when none is. Others are left alone. */
  cleanUp(operationIds: readonly Id[]): Promise<QueueTicket>;

  /** Operations running now: the original's in-flight tracker. */
  inFlight(): number;
  isInFlight(operationId: Id): boolean;
  /** Why a record that was tried in vain is still there; null for any other. */
  nextTry(operationId: Id): NextTry | null;
}

/** What became of an operation that could not be led out, and when it is tried again. */
export interface NextTry {
  /** Of the last try. */
  readonly error: string;
  readonly tries: number;
  /** Unix milliseconds; null: only a request for a clean-up tries it. */
  readonly atMs: number | null;
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

export type HealCheck = 'enable' | 'disable';

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
