import type { PoolShape } from '../../test/support/made-dump.js';
import type { Site } from './site.js';

/** What a row found at one size. */
export interface Figures {
  /** Of the server (of its own thread alone, where the hosts live in the same process). */
  readonly cpuMs: number;
  /** The longest stretch in which `/hello` got no answer. */
  readonly turnMs: number;
  /** The CPU of the longest turn, where it is known: other programs on the machine make no difference to it. */
  readonly turnCpuMs?: number;
  /** The most memory at once (of a thread that shares its process with the hosts, its heap); null where it tells nothing about the row. */
  readonly mib: number | null;
  /** What else is worth printing: bytes of an answer, how many were done. */
  readonly note?: string;
}

/** A line of the table; each is a function of its own in `rows/`. */
export interface Row {
  /** In a few words; on the command line a part of it picks the row. */
  readonly name: string;
  readonly grows: 'with volumes' | 'with devices';
  readonly toReach: string;
  /** Instead of all sizes. */
  readonly sizes?: readonly number[];
  /** The pool of a size, where the usual one does not show what the row is about. */
  readonly shape?: (size: number) => PoolShape;
  measure(site: Site): Promise<Figures>;
}

/** One cluster, as large as can be: 30 nodes of 12 devices, and as many volumes. */
export function ofVolumes(volumes: number, nodes = 30): PoolShape {
  return { volumes, volumesPerCluster: volumes, nodes, devicesPerNode: DEVICES_PER_NODE };
}

/** One cluster of as many devices, twelve on each node, and 500 volumes. */
export function ofDevices(devices: number): PoolShape {
  const nodes = Math.max(3, Math.ceil(devices / DEVICES_PER_NODE));
  return { volumes: 500, volumesPerCluster: 500, nodes, devicesPerNode: DEVICES_PER_NODE };
}

const DEVICES_PER_NODE = 12;
