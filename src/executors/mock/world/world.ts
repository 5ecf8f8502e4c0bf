import type { CommandResult } from '../../executor.js';
import type { HealPace } from './heal-state.js';
import type { SimulatedHost } from './simulated-host.js';
import type { Disk, VolumeGroup } from './storage.js';

/** What a simulated program may know beyond its own host. */
export interface World {
  /** Lenient hosts accept what the tools would refuse, and make missing hosts, devices and groups. */
  readonly isLenient: boolean;
  readonly deviceSizeKib: number;
  /** Null: heals take no time. */
  readonly healPace: HealPace | null;
  /** By the name gluster uses; a lenient world makes it. */
  hostByStorageName(name: string): SimulatedHost | null;
  /** By any name that a name service may know; makes none. */
  hostByAnyName(name: string): SimulatedHost | null;
  /** A disk by any of its names; a lenient world makes it. */
  disk(host: SimulatedHost, name: string): Disk | null;
  /** A lenient world makes it, exactly as large as devices are said to be. */
  group(host: SimulatedHost, name: string): VolumeGroup | null;
  /** Takes a host out of its pool into one of its own. */
  leavePool(host: SimulatedHost): void;
  joinPool(host: SimulatedHost, of: SimulatedHost): void;
}

export type SimulatedProgram = (world: World, host: SimulatedHost, args: readonly string[]) => CommandResult;
