import type { SimulatedHost } from './simulated-host.js';

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

export function isBrickOnline(volume: SimulatedVolume, brick: SimulatedBrick): boolean {
  return volume.status === 1 && brick.node.isUp && brick.node.isGlusterdUp && !brick.isDown;
}

/**
 * What glusterd does for a brick when its volume starts or its node does. As with the real one, `force` marks any
 * directory it finds, be it mounted or not; without the directory the process ends at once.
 */
export function startBrick(volume: SimulatedVolume, brick: SimulatedBrick, isForced: boolean): void {
  if (!brick.node.isUp || !brick.node.isGlusterdUp) return;
  const directory = brick.node.directory(brick.path);
  if (directory && isForced) directory.volumeMark ??= volume.id;
  const isStartable = directory && (volume.isClone || directory.volumeMark === volume.id);
  if (!isStartable) {
    brick.isDown = true;
    return;
  }
  delete brick.isDown;
  if (brick.node.locate(brick.path).mount === null) brick.isOnUnmountedDirectory = true;
}
