import { randomUUID } from 'node:crypto';
import { type Directory, FileSystem, normalPath, parentOf } from './file-system.js';
import type { HostNoise } from './host-noise.js';
import { type Disk, type LogicalVolume, type Mount, mapperPath, type VolumeGroup } from './storage.js';
import { TextFile } from './text-file.js';

/*
 * A host, the pool it is in, and what gluster has there: each leads to the others.
 */

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

/** A trusted pool of gluster hosts. */
export class Pool {
  readonly hosts = new Set<SimulatedHost>();
  readonly volumes = new Map<string, SimulatedVolume>();
  readonly snapshots = new Map<string, SimulatedSnapshot>();
  readonly config = new Map<string, string>();
}

export type VolumeType = 'Distribute' | 'Replicate' | 'Disperse';

/** How a volume's bricks make sets. */
export interface Layout {
  readonly type: VolumeType;
  readonly replica: number;
  readonly arbiter: number;
  readonly disperse: number;
  readonly redundancy: number;
}

export interface SimulatedVolume extends Layout {
  readonly name: string;
  readonly id: string;
  /** 0 created, 1 started, 2 stopped. */
  status: 0 | 1 | 2;
  bricks: SimulatedBrick[];
  /** Newest first, as gluster shows them. */
  readonly options: [string, string][];
  /** Files waiting to be healed on each brick. */
  healEntries: number;
  readonly snapshots: Set<string>;
  readonly isClone: boolean;
  readonly blocks: Map<string, SimulatedBlock>;
  /** Addresses of what is mounted, by host and mount point. */
  readonly clients: Map<string, string>;
}

export interface SimulatedBrick {
  /** The host as it was named when the brick was added. */
  readonly host: string;
  readonly path: string;
  node: SimulatedHost;
  readonly isArbiter: boolean;
  /** Its process does not run, though its volume is started and its node up. */
  isDown?: boolean;
  /** Its process writes to the file system below the mount point: what must never happen. */
  isOnUnmountedDirectory?: boolean;
}

export interface SimulatedSnapshot extends Layout {
  readonly name: string;
  readonly uuid: string;
  /** Name of the hidden volume: its LVs are called <id>_N. */
  readonly id: string;
  readonly volume: SimulatedVolume;
  isActive: boolean;
  readonly bricks: SnapshotBrick[];
  readonly options: readonly (readonly [string, string])[];
}

export interface SnapshotBrick {
  readonly host: string;
  node: SimulatedHost;
  /** Device-mapper path of the thin snapshot; null where the source had none (lenient hosts only). */
  readonly device: string | null;
  readonly mountPoint: string;
  /** The brick directory below its mount point. */
  readonly below: string;
  readonly isArbiter: boolean;
}

export interface SimulatedBlock {
  readonly gbid: string;
  readonly password: string;
  readonly haCount: number;
  readonly hosts: readonly string[];
  sizeGib: number;
}

export function setSize(layout: Layout): number {
  if (layout.type === 'Replicate') return layout.replica;
  return layout.type === 'Disperse' ? layout.disperse : 1;
}
