import type { DeviceRefusals } from '../../domain/allocator/types.js';
import type { HostingRefusal } from '../../domain/block-hosting.js';
import type { Id } from '../../domain/ids.js';

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
