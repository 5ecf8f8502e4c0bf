import { randomUUID } from 'node:crypto';
import { type Directory, FileSystem, normalPath, parentOf } from './file-system.js';
import type { HealState } from './heal-state.js';
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
  /** Further ones by which it was probed. */
  readonly otherNames = new Set<string>();
  /** What name services call its address; '' where they don't know it. Those whom it has probed know it by this. */
  dnsName = '';
  /** Into its pool: by its storage name. */
  wasProbed = false;
  /** By which the members of its pool know it. */
  readonly uuid: string = randomUUID();
  /** In its own glusterd.info: another one once it was installed anew, until somebody writes the old one there. */
  ownUuid: string = this.uuid;
  /** Whose members know it still, though it was installed anew and knows nothing of them; null for most. */
  formerPool: Pool | null = null;
  /** A member of that pool has taken it for the one that it was: from the next start of its glusterd on it is. */
  isAccepted = false;
  /** Bricks that its glusterd has only learnt of since it started: it takes them for new ones. */
  readonly learntBricks = new Set<string>();
  isUp = true;
  isGlusterdUp = true;
  /** glustershd, which heals what the bricks of this host know that others lack. */
  isHealDaemonUp = true;
  /** gluster-blockd, which sets targets up, and tcmu-runner, which serves them. */
  isBlockDaemonUp = true;
  isBlockTargetUp = true;
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
  #root = systemDisk();

  constructor(manage: string, storage: string, pool: Pool) {
    this.manage = manage;
    this.storage = storage;
    this.pool = pool;
  }

  /** For gluster on other hosts, and their bricks. */
  get isServing(): boolean {
    return this.isUp && this.isGlusterdUp && this.formerPool === null;
  }

  /** Its system disk is as a new machine's. */
  forgetRoot(): void {
    this.#root = systemDisk();
    this.files.clear();
    this.files.set('/etc/fstab', new TextFile());
  }

  /** What peers call it. */
  get peerName(): string {
    return this.storage || this.manage;
  }

  /** All by which its peers list it. */
  get listedNames(): readonly string[] {
    const probed = this.dnsName === '' || this.wasProbed ? [this.peerName, ...this.otherNames] : [];
    return this.dnsName === '' ? probed : [...probed, this.dnsName];
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

  /** Reads and writes of one disk end with errors from now on, or no more; lvm shows a group as long as one of its disks lives. */
  setDiskDead(path: string, isDead: boolean): void {
    const disk = this.disks.get(path);
    if (!disk) return;
    disk.isDead = isDead;
    const group = disk.pv?.group;
    if (!group) return;
    const isSeen = group.disks.some((other) => !other.isDead);
    const [to, from] = isSeen ? [this.groups, this.#pulled.groups] : [this.#pulled.groups, this.groups];
    from.delete(group.name);
    to.set(group.name, group);
  }

  /** What was on them is gone, and with it what was mounted; the system's own disk is one of them. */
  zeroDisks(): void {
    for (const mount of [...this.mounts.values()]) this.unmount(mount);
    this.groups.clear();
    this.deviceNodes.clear();
    this.files.clear();
    this.#root = systemDisk();
    for (const disk of this.disks.values()) {
      disk.pv = null;
      disk.fileSystem = null;
    }
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

  /** Those of disks that are pulled are among them. */
  logicalVolumes(): readonly LogicalVolume[] {
    return [...this.groups.values(), ...this.#pulled.groups.values()].flatMap(({ volumes }) => [...volumes.values()]);
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

function systemDisk(): FileSystem {
  const root = new FileSystem('ext4', '');
  for (const path of ['/etc', '/var/lib/glusterd', '/run', '/var/log', '/tmp', '/var/lib/heketi/mounts'])
    root.makeWithParents(path);
  return root;
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
  /** Files that wait to be healed on each brick besides those that follow from what bricks hold. */
  healEntries: number;
  readonly heal: HealState;
  readonly snapshots: Set<string>;
  readonly isClone: boolean;
  readonly blocks: Map<string, SimulatedBlock>;
  /** Addresses of what is mounted, by host and mount point. */
  readonly clients: Map<string, string>;
  /** Addresses of gluster-blockd on hosts that it has looked into the volume from, by the host's UUID. */
  readonly blockDaemons: Map<string, string>;
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
  /** That have it still. */
  hosts: readonly string[];
  sizeGib: number;
  /** Hosts that could not follow a resize, with the size that they have. */
  resizeFailed: Map<string, number>;
}

export function setSize(layout: Layout): number {
  if (layout.type === 'Replicate') return layout.replica;
  return layout.type === 'Disperse' ? layout.disperse : 1;
}
