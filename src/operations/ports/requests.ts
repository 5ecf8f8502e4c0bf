import type { Durability } from '../../domain/durability.js';
import type { Id } from '../../domain/ids.js';
import type { Tags } from '../../domain/node.js';

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
