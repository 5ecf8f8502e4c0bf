import type { BrickSubType } from '../brick.js';
import type { Durability } from '../durability.js';
import type { Id } from '../ids.js';
import type { EntryState, Tags } from '../node.js';

/** What placement sees of a cluster: plain data, never changed. */
export interface ClusterSnapshot {
  readonly clusterId: Id;
  /** Ordered by id. */
  readonly nodes: readonly NodeSnapshot[];
}

export interface NodeSnapshot {
  readonly id: Id;
  /** First manage name, for messages. */
  readonly name: string;
  readonly zone: number;
  readonly state: EntryState;
  /** False when the health monitor last saw glusterd down; unknown counts as up. */
  readonly isUp: boolean;
  readonly tags: Tags;
  /** Ordered by id. */
  readonly devices: readonly DeviceSnapshot[];
}

export interface DeviceSnapshot {
  readonly id: Id;
  readonly name: string;
  readonly state: EntryState;
  readonly tags: Tags;
  readonly totalKib: number;
  readonly freeKib: number;
  readonly extentKib: number;
  /** Counters that no double holds (imported data): there is no telling what is free. */
  readonly hasBrokenCounters: boolean;
  /** Why the disk was last seen as broken; null: nothing is known against it. */
  readonly trouble: string | null;
  /** The size of LVM's spare metadata LV, KiB: the largest pool metadata since the device last had no pool. */
  readonly largestMetadataKib: number;
}

export interface BrickLimits {
  readonly minBrickKib: number;
  readonly maxBrickKib: number;
  readonly maxBricksPerVolume: number;
}

export type ZoneChecking = 'none' | 'strict';

export interface PlacementRequest {
  readonly sizeKib: number;
  readonly durability: Durability;
  /** 32-bit float. */
  readonly snapshotFactor: number;
  readonly zoneChecking: ZoneChecking;
  /** Text of user.heketi.device-tag-match, or null. */
  readonly tagMatch: string | null;
  /** Arbiter placement with this average file size in KiB, or null for the standard placer. */
  readonly arbiter: { readonly averageFileKib: number } | null;
  readonly limits: BrickLimits;
  /** Bricks the volume has already (expansion); they count toward the limit. */
  readonly existingBricks: number;
  /**
   * True where real LVM runs: a VG with thin pools keeps one spare metadata LV as large as its largest pool's
   * metadata, and that space must stay free. False on lenient simulated hosts, as in the original.
   */
  readonly reserveSpareMetadata: boolean;
}

/** One brick of a placement. Sizes in KiB. */
export interface PlacedBrick {
  readonly id: Id;
  readonly nodeId: Id;
  readonly deviceId: Id;
  readonly sizeKib: number;
  readonly thinPoolKib: number;
  readonly poolMetadataKib: number;
  readonly thinPool: string;
  readonly subType: Exclude<BrickSubType, 'unknown'>;
}

/** Why one device could not take a brick. */
export type DeviceRefusal =
  | 'node-offline'
  | 'node-down'
  | 'device-offline'
  | 'device-broken'
  | 'too-small'
  | 'tag'
  | 'arbiter-tag'
  | 'zone-taken'
  | 'node-taken'
  | 'same-device'
  | 'limit-reached'
  | 'broken-counters';

export interface DeviceVerdict {
  readonly nodeId: Id;
  readonly nodeName: string;
  readonly deviceId: Id;
  readonly deviceName: string;
  readonly zone: number;
  readonly freeKib: number;
  readonly refusal: DeviceRefusal;
  /** A sentence: "needs 10.1 GiB, has 3.2 GiB free". */
  readonly detail: string;
}

export type RefusalReason =
  | 'no-nodes'
  | 'no-online-devices'
  | 'no-space'
  | 'max-bricks'
  | 'min-brick-size'
  | 'invalid-tag-rule'
  | 'file-size-over-brick-size';

/** Why the devices of a cluster take no brick. Of thousands most are much alike: a few tell what would have to change. */
export interface DeviceRefusals {
  /** How many devices there are for each reason. */
  readonly counts: ReadonlyMap<DeviceRefusal, number>;
  /** All, in the order of the nodes, where there are no more than a few; else the few that come nearest, nearest first. */
  readonly nearest: readonly DeviceVerdict[];
  /** Of every device; worked out when it is asked for. */
  all(): readonly DeviceVerdict[];
}

export type PlacementResult =
  | {
      readonly kind: 'placed';
      readonly brickKib: number;
      /** Brick sets in gluster order: set by set, position by position. */
      readonly sets: readonly (readonly PlacedBrick[])[];
    }
  | {
      readonly kind: 'refused';
      readonly reason: RefusalReason;
      /** The original's short text for this reason, such as "No space". */
      readonly text: string;
      /** A few lines for a person: what was missing, and what would help. */
      readonly explanation: string;
      readonly devices: DeviceRefusals;
    };

/** Source of new ids, so that tests can repeat a placement. */
export type NextId = () => Id;
