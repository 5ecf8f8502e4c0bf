import { randomBytes } from 'node:crypto';
import type { FileSystem } from './file-system.js';

/** Sizes in KiB throughout. */
export interface Disk {
  readonly path: string;
  readonly sizeKib: number;
  readonly links: readonly string[];
  pv: { readonly uuid: string; readonly startKib: number; group: VolumeGroup | null } | null;
  fileSystem: FileSystem | null;
  mounts: number;
}

export interface VolumeGroup {
  readonly name: string;
  readonly uuid: string;
  readonly extentKib: number;
  readonly extents: number;
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
}

export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly options: string;
  readonly device: Disk | LogicalVolume;
  readonly fileSystem: FileSystem;
}

export function mapperPath(volume: { readonly name: string; readonly group: { readonly name: string } }): string {
  return `/dev/mapper/${volume.group.name.replaceAll('-', '--')}-${volume.name.replaceAll('-', '--')}`;
}

const BASE62 = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

export function newLvmUuid(): string {
  const text = [...randomBytes(32)].map((byte) => BASE62[byte % 62]).join('');
  return text.replace(/^(.{6})(.{4})(.{4})(.{4})(.{4})(.{4})(.{6})$/, '$1-$2-$3-$4-$5-$6-$7');
}
