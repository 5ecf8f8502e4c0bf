import type { SimulatedWorld } from './simulated-world.js';
import type { BrickContents } from './world/brick-contents.js';
import { isBrickOnline } from './world/brick-processes.js';
import type { HealPace } from './world/heal-state.js';
import { passHealTime, readersNeeded, splitFile, writeFile, writersNeeded } from './world/healing.js';
import { type SimulatedVolume, setSize } from './world/simulated-host.js';

/** A directory that holds files of a volume, be it a brick of it still or no more. */
export interface Copy {
  readonly host: string;
  /** Below the root of its file system. */
  readonly path: string;
  readonly volumeId: string;
  readonly contents: BrickContents;
}

export interface BrickInSet {
  /** `host:path` in gluster's terms. */
  readonly name: string;
  readonly isOnline: boolean;
  readonly isArbiter: boolean;
  /** Null where nothing was written, or its directory can't be seen. */
  readonly contents: BrickContents | null;
}

/** What clients write into simulated volumes, and how what bricks miss is healed. */
export class SimulatedHeals {
  readonly #world: SimulatedWorld;

  constructor(world: SimulatedWorld) {
    this.#world = world;
  }

  /** From now on heals take their time, which goes by with `pass` only; null: whatever can be healed is. */
  setPace(pace: HealPace | null): void {
    this.#world.healPace = pace;
  }

  /** A client creates a file, a number of its own, in one of the volume's sets; false when the set has no quorum. */
  write(volume: string, set: number, file: number): boolean {
    const found = this.#volume(volume);
    return found.status === 1 && writeFile(found, set, file);
  }

  pass(seconds: number): void {
    const pace = this.#world.healPace;
    if (!pace) throw new Error('heals take no time');
    for (const volume of this.#volumes()) passHealTime(volume, seconds, pace.filesPerSecond);
  }

  /** Nothing of the volume is healed, for whatever reason. */
  setStalled(volume: string, isStalled: boolean): void {
    this.#volume(volume).heal.isStalled = isStalled;
  }

  /** `heal info` of the volume does not get through to glusterd. */
  setMute(volume: string, isMute: boolean): void {
    this.#volume(volume).heal.isMute = isMute;
  }

  setDaemonUp(host: string, isUp: boolean): void {
    const found = this.#world.hostByManageName(host);
    if (found) found.isHealDaemonUp = isUp;
  }

  /** Copies of a file accuse each other. */
  split(volume: string, set: number, file: number): void {
    splitFile(this.#volume(volume), set, file);
  }

  /** What lies in all file systems of all hosts, mounted or not, whose disks are not gone. */
  copies(): readonly Copy[] {
    const found: Copy[] = [];
    for (const host of this.#world.hosts) {
      for (const { fileSystem } of host.logicalVolumes()) {
        for (const [path, { contents, volumeMark }] of fileSystem?.directories ?? [])
          if (contents) found.push({ host: host.manage, path, volumeId: volumeMark ?? '', contents });
      }
    }
    return found;
  }

  /** The bricks of a volume, in gluster's sets and order. */
  sets(volume: string): readonly (readonly BrickInSet[])[] {
    const found = this.#volume(volume);
    const size = setSize(found);
    const bricks = found.bricks.map((brick) => ({
      name: `${brick.host}:${brick.path}`,
      isOnline: isBrickOnline(found, brick),
      isArbiter: brick.isArbiter,
      contents: brick.node.directory(brick.path)?.contents ?? null,
    }));
    return Array.from({ length: bricks.length / size }, (_, i) => bricks.slice(i * size, (i + 1) * size));
  }

  /** How many bricks of a set it takes to read a file, and to write one. */
  quorums(volume: string): { readonly read: number; readonly write: number } {
    const found = this.#volume(volume);
    return { read: readersNeeded(found), write: writersNeeded(found) };
  }

  #volume(name: string): SimulatedVolume {
    const found = this.#volumes().find((volume) => volume.name === name);
    if (!found) throw new Error(`no simulated volume ${name}`);
    return found;
  }

  #volumes(): readonly SimulatedVolume[] {
    return [...new Set([...this.#world.hosts].flatMap(({ pool }) => [...pool.volumes.values()]))];
  }
}
