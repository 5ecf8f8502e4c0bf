import type { Id } from './ids.js';
import type { ExactIntegers } from './size.js';

export interface BlockVolume {
  readonly id: Id;
  readonly clusterId: Id;
  readonly hostingVolumeId: Id;
  readonly name: string;
  readonly sizeGib: number;
  /** 0: not recorded (databases before 10.x); shown as sizeGib. */
  readonly usableSizeGib: number;
  readonly haCount: number;
  readonly hasAuth: boolean;
  readonly requestedClusters: readonly Id[] | null;
  readonly hosts: readonly string[];
  readonly iqn: string;
  readonly lun: number;
  readonly username: string;
  readonly password: string;
  readonly pendingId: Id | null;
  readonly exact?: ExactIntegers | undefined;
}
