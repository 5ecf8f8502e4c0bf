import { basename } from 'node:path/posix';
import { brickMountPoint } from '../../domain/brick.js';
import { volumeGroupName } from '../../domain/device.js';
import type { Id } from '../../domain/ids.js';
import { devicePath } from '../../executors/commands/brick/brick.js';

/** A logical volume of a device's volume group. */
export interface LogicalVolume {
  readonly deviceId: Id;
  readonly lv: string;
}

const BRICK = /^brick_([0-9a-f]{32})$/;
const POOL = /^tp_([0-9a-f]{32})$/;

/** Of `vg_ID/NAME`. */
export function logicalVolumeIn(subject: string): LogicalVolume {
  const [vg = '', lv = ''] = subject.split('/');
  return { deviceId: vg.replace(/^vg_/, ''), lv };
}

/** `vg_ID/NAME`. */
export function nameOf({ deviceId, lv }: LogicalVolume): string {
  return `${volumeGroupName(deviceId)}/${lv}`;
}

/** How mounts and fstab lines may call its device. */
export function deviceNames({ deviceId, lv }: LogicalVolume): readonly string[] {
  const path = devicePathOf({ deviceId, lv });
  return [path, `/dev/${volumeGroupName(deviceId)}/${lv}`, `/dev/disk/by-id/dm-name-${basename(path)}`];
}

export function devicePathOf({ deviceId, lv }: LogicalVolume): string {
  return devicePath(volumeGroupName(deviceId), lv);
}

/** The id in the name of a brick's logical volume, or of a thin pool: only what this server, or the original, has made has one. */
export function idInName({ lv }: LogicalVolume): Id | null {
  return (BRICK.exec(lv) ?? POOL.exec(lv))?.[1] ?? null;
}

export function isPoolName({ lv }: LogicalVolume): boolean {
  return POOL.test(lv);
}

/** Where a brick on this logical volume is mounted; null for what is never mounted. */
export function mountPointOfBrickOn({ deviceId, lv }: LogicalVolume): string | null {
  const [, brickId] = BRICK.exec(lv) ?? [];
  return brickId === undefined ? null : brickMountPoint(deviceId, brickId);
}
