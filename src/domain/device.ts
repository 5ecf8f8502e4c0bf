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
  readonly exact?: ExactIntegers;
}

export const DEFAULT_EXTENT_KIB = 4096;

export function volumeGroupName(deviceId: Id): string {
  return `vg_${deviceId}`;
}
