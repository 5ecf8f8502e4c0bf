import { volumeGroupName } from './device.js';
import type { Id } from './ids.js';
import type { ExactIntegers } from './size.js';

/** `unknown` is found in old databases only; such a brick can be destroyed but not created. */
export type BrickSubType = 'unknown' | 'normal' | 'arbiter';

/** One thin volume with a file system, serving one volume. Sizes in KiB. */
export interface Brick {
  readonly id: Id;
  readonly volumeId: Id;
  readonly deviceId: Id;
  readonly nodeId: Id;
  /** Directory given to gluster; empty in broken imported data, under /run/gluster for clones. */
  readonly path: string;
  /** Usable size of the file system, before rounding to extents. */
  readonly sizeKib: number;
  readonly thinPoolKib: number;
  readonly poolMetadataKib: number;
  /** Stored name of the thin pool; empty in old databases. It can't be derived from the id. */
  readonly thinPool: string;
  /** Stored name of the LV; empty unless the brick is a clone's, or was made by hand. */
  readonly lv: string;
  readonly subType: BrickSubType;
  /** The pending operation that creates or deletes it, or null when settled. */
  readonly pendingId: Id | null;
  readonly exact?: ExactIntegers | undefined;
}

export const MOUNT_ROOT = '/var/lib/heketi/mounts';

export function deviceMountRoot(deviceId: Id): string {
  return `${MOUNT_ROOT}/${volumeGroupName(deviceId)}`;
}

export function brickMountPoint(deviceId: Id, brickId: Id): string {
  return `${deviceMountRoot(deviceId)}/brick_${brickId}`;
}

const OUR_MOUNT_POINT = /^\/var\/lib\/heketi\/mounts\/vg_([0-9a-f]{32})\/brick_([0-9a-f]{32})$/;

/** The brick, and its device, for which `brickMountPoint` gives this mount point; null for one of another form. */
export function brickMountedAt(mountPoint: string): { readonly deviceId: Id; readonly brickId: Id } | null {
  const [, deviceId, brickId] = OUR_MOUNT_POINT.exec(mountPoint) ?? [];
  return deviceId === undefined || brickId === undefined ? null : { deviceId, brickId };
}

export function brickPath(deviceId: Id, brickId: Id): string {
  return `${brickMountPoint(deviceId, brickId)}/brick`;
}

export function brickLvName(brick: Pick<Brick, 'id' | 'lv'>): string {
  return brick.lv || `brick_${brick.id}`;
}

export function brickThinPoolName(brick: Pick<Brick, 'id' | 'thinPool'>): string {
  return brick.thinPool || `tp_${brick.id}`;
}

/** Broken imported bricks may have no path; theirs would have been this one. */
export function pathOfBrick({ path, deviceId, id }: Brick): string {
  return path || brickPath(deviceId, id);
}

/** Its volume is gone; it waits for its host to be removed. */
export function isParked({ volumeId, pendingId }: Brick): boolean {
  return volumeId === '' && pendingId !== null;
}
