import type { Id } from './ids.js';
import type { EntryState, Tags } from './node.js';
import type { ExactIntegers } from './size.js';

/** A block device that is one LVM volume group, `vg_<id>`. Sizes in KiB; totalKib = freeKib + usedKib, but for imported ones. */
export interface Device {
  readonly id: Id;
  readonly nodeId: Id;
  /** The path it was added with, such as /dev/sdb. */
  readonly name: string;
  readonly state: EntryState;
  readonly totalKib: number;
  readonly freeKib: number;
  readonly usedKib: number;
  readonly extentKib: number;
  /**
   * Largest pool metadata that was booked since the device last had nothing booked. LVM's spare metadata LV is as
   * large and shrinks only when the group's last pool goes.
   */
  readonly spareMetadataKib: number;
  readonly tags: Tags;
  /** All paths known for it; empty in databases before 10.x. */
  readonly paths: readonly string[];
  /** Empty when unknown (databases before 10.x). */
  readonly pvUuid: string;
  readonly exact?: ExactIntegers | undefined;
}

/**
 * How a device was last seen, beside the state that somebody gave it. `broken`: LVM misses its group or a disk of it, or
 * the disk answers with errors. `doubtful`: what LVM shows can't be the group that the books know. `bricks-down`: LVM has
 * it, but gluster does not serve all its bricks. `unknown`: nobody could ask.
 */
export const DEVICE_CONDITIONS = ['ok', 'bricks-down', 'doubtful', 'broken', 'unknown'] as const;
export type DeviceCondition = (typeof DEVICE_CONDITIONS)[number];

export const DEFAULT_EXTENT_KIB = 4096;

export function volumeGroupName(deviceId: Id): string {
  return `vg_${deviceId}`;
}
