import { randomBytes, randomUUID } from 'node:crypto';
import { type Directory, FileSystem, normalPath, parentOf } from './file-system.js';
import type { HostNoise } from './host-noise.js';
import type { Pool, SimulatedVolume } from './pool.js';
import { TextFile } from './text-file.js';

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

/** One storage host: its disks, volume groups, directories, mounts and fstab. */
export class SimulatedHost {
  /** Names by which commands reach it and gluster knows it; '' while unknown. */
  manage: string;
  storage: string;
  readonly uuid: string = randomUUID();
  isUp = true;
  isGlusterdUp = true;
  /** What stands around the answers of its programs; null: nothing. */
  noise: HostNoise | null = null;
  pool: Pool;
  readonly disks = new Map<string, Disk>();
  readonly groups = new Map<string, VolumeGroup>();
  /** Logical volumes by their /dev/mapper path. */
  readonly deviceNodes = new Map<string, LogicalVolume>();
  readonly mounts = new Map<string, Mount>();
  readonly files = new Map<string, TextFile>([['/etc/fstab', new TextFile()]]);
  /** Bricks that gluster serves from here, and how many lie below each directory. */
  readonly brickPaths = new Map<string, SimulatedVolume>();
  readonly brickParents = new Map<string, number>();
  readonly #pulled = { disks: new Map<string, Disk>(), groups: new Map<string, VolumeGroup>() };
  readonly #root = new FileSystem('ext4', '');

  constructor(manage: string, storage: string, pool: Pool) {
    this.manage = manage;
    this.storage = storage;
    this.pool = pool;
    for (const path of ['/etc', '/var/lib/glusterd', '/run', '/var/log', '/tmp', '/var/lib/heketi/mounts'])
      this.#root.makeWithParents(path);
  }

  /** What peers call it. */
  get peerName(): string {
    return this.storage || this.manage;
  }

  addDisk(path: string, sizeKib: number, links: readonly string[] = []): Disk {
    const disk: Disk = { path, sizeKib, links, pv: null, fileSystem: null, mounts: 0 };
    this.disks.set(path, disk);
    for (const link of links) this.disks.set(link, disk);
    return disk;
  }

  /** All disks are away, their groups with them; device-mapper keeps the volumes that are active. */
  pullDisks(): void {
    move(this.disks, this.#pulled.disks);
    move(this.groups, this.#pulled.groups);
  }

  plugDisks(): void {
    move(this.#pulled.disks, this.disks);
    move(this.#pulled.groups, this.groups);
  }

  findDisk(name: string): Disk | undefined {
    return this.disks.get(name);
  }

  /** By /dev/mapper/VG-LV, /dev/VG/LV or VG/LV. */
  findLogicalVolume(name: string): LogicalVolume | undefined {
    const node = this.deviceNodes.get(name);
    if (node) return node;
    const [group, volume] = name.replace(/^\/dev\//, '').split('/');
    return this.groups.get(group ?? '')?.volumes.get(volume ?? '');
  }

  addLogicalVolume(volume: LogicalVolume): void {
    volume.group.volumes.set(volume.name, volume);
    this.deviceNodes.set(mapperPath(volume), volume);
    if (volume.pool) volume.pool.thinCount++;
    if (volume.kind !== 'thin') volume.group.usedExtents += volume.extents + volume.metadataExtents;
    if (volume.kind === 'pool') volume.group.pools++;
  }

  removeLogicalVolume(volume: LogicalVolume): void {
    const { group } = volume;
    group.volumes.delete(volume.name);
    this.deviceNodes.delete(mapperPath(volume));
    if (volume.pool) volume.pool.thinCount--;
    if (volume.kind !== 'thin') group.usedExtents -= volume.extents + volume.metadataExtents;
    if (volume.kind === 'pool') {
      group.pools--;
      if (group.pools === 0) {
        group.usedExtents -= group.spareExtents;
        group.spareExtents = 0;
      }
    }
  }

  /** The file system that holds a path, and the path below its root. */
  locate(path: string): { readonly fileSystem: FileSystem; readonly below: string; readonly mount: Mount | null } {
    const full = normalPath(path);
    for (let at = full; at !== ''; at = parentOf(at)) {
      const mount = this.mounts.get(at);
      if (mount) return { fileSystem: mount.fileSystem, below: full.slice(at.length), mount };
    }
    return { fileSystem: this.#root, below: full, mount: null };
  }

  directory(path: string): Directory | undefined {
    const { fileSystem, below } = this.locate(path);
    return fileSystem.directories.get(below);
  }

  makeDirectories(path: string): void {
    const { fileSystem, below } = this.locate(path);
    fileSystem.makeWithParents(below);
  }

  /** Directories of the root file system under a path, those under mount points left out. */
  directoriesBelow(path: string): readonly string[] {
    return [...this.#root.directories.keys()].filter((name) => name.startsWith(`${path}/`)).sort();
  }

  mount(mount: Mount): void {
    this.mounts.set(mount.target, mount);
    mount.device.mounts++;
  }

  unmount(mount: Mount): void {
    this.mounts.delete(mount.target);
    mount.device.mounts--;
  }

  file(path: string): TextFile {
    let file = this.files.get(path);
    if (!file) {
      file = new TextFile();
      this.files.set(path, file);
    }
    return file;
  }

  addBrick(path: string, volume: SimulatedVolume): void {
    this.brickPaths.set(path, volume);
    for (let at = parentOf(path); at !== ''; at = parentOf(at))
      this.brickParents.set(at, (this.brickParents.get(at) ?? 0) + 1);
  }

  removeBrick(path: string): void {
    if (!this.brickPaths.delete(path)) return;
    for (let at = parentOf(path); at !== ''; at = parentOf(at)) {
      const left = (this.brickParents.get(at) ?? 1) - 1;
      if (left === 0) this.brickParents.delete(at);
      else this.brickParents.set(at, left);
    }
  }

  /** gluster refuses a brick that is, contains or lies in another. */
  overlapsBrick(path: string): boolean {
    if (this.brickPaths.has(path) || this.brickParents.has(path)) return true;
    for (let at = parentOf(path); at !== ''; at = parentOf(at)) if (this.brickPaths.has(at)) return true;
    return false;
  }
}

function move<T>(from: Map<string, T>, to: Map<string, T>): void {
  for (const [name, thing] of from) to.set(name, thing);
  from.clear();
}

export function mapperPath(volume: { readonly name: string; readonly group: { readonly name: string } }): string {
  return `/dev/mapper/${volume.group.name.replaceAll('-', '--')}-${volume.name.replaceAll('-', '--')}`;
}

const BASE62 = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

export function newLvmUuid(): string {
  const text = [...randomBytes(32)].map((byte) => BASE62[byte % 62]).join('');
  return text.replace(/^(.{6})(.{4})(.{4})(.{4})(.{4})(.{4})(.{6})$/, '$1-$2-$3-$4-$5-$6-$7');
}
