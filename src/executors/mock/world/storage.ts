import { randomBytes } from 'node:crypto';
import type { FileSystem } from './file-system.js';

/** Sizes in KiB throughout. */
export interface Disk {
  readonly path: string;
  sizeKib: number;
  readonly links: readonly string[];
  pv: PhysicalVolume | null;
  fileSystem: FileSystem | null;
  mounts: number;
  /** Every read and write of it ends with an error: lvm then does not see what is on it. */
  isDead?: boolean;
}

export interface PhysicalVolume {
  readonly uuid: string;
  readonly startKib: number;
  group: VolumeGroup | null;
  /** Where the group has more than one: how many of its extents are here. */
  extents?: number;
}

export interface VolumeGroup {
  readonly name: string;
  readonly uuid: string;
  readonly extentKib: number;
  extents: number;
  /** Pools with their metadata, and the spare metadata volume. */
  usedExtents: number;
  spareExtents: number;
  pools: number;
  readonly disks: Disk[];
  readonly volumes: Map<string, LogicalVolume>;
}

export interface LogicalVolume {
  readonly kind: 'pool' | 'thin' | 'linear';
  readonly name: string;
  readonly group: VolumeGroup;
  readonly extents: number;
  readonly metadataExtents: number;
  readonly sizeKib: number;
  readonly chunkKib: number;
  readonly pool: LogicalVolume | null;
  /** Of a pool: volumes in it. */
  thinCount: number;
  origin: string;
  fileSystem: FileSystem | null;
  mounts: number;
  /** False after a restart that did not activate it: it has no device node then. */
  isActive: boolean;
  /** Of a pool: what lvm shows as used of its data and metadata, percent; what a new one has where it is missing. */
  shownUse?: { readonly data: string; readonly metadata: string };
}

export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly options: string;
  readonly device: Disk | LogicalVolume;
  readonly fileSystem: FileSystem;
}

/** One of the group's disks answers with errors, and with it all that lies on the group. */
export function isOnDeadDisk(device: Disk | LogicalVolume): boolean {
  return 'group' in device ? device.group.disks.some(({ isDead }) => isDead) : device.isDead === true;
}

export function extentsOn(disk: Disk): number {
  return disk.pv?.extents ?? disk.pv?.group?.extents ?? 0;
}

export function mapperPath(volume: { readonly name: string; readonly group: { readonly name: string } }): string {
  return `/dev/mapper/${volume.group.name.replaceAll('-', '--')}-${volume.name.replaceAll('-', '--')}`;
}

const BASE62 = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

export function newLvmUuid(): string {
  const text = [...randomBytes(32)].map((byte) => BASE62[byte % 62]).join('');
  return text.replace(/^(.{6})(.{4})(.{4})(.{4})(.{4})(.{4})(.{6})$/, '$1-$2-$3-$4-$5-$6-$7');
}
