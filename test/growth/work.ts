import type { NodeHealth } from '../../src/operations/ports/node-health.js';
import type { PoolShape } from '../support/made-dump.js';
import type { MadePool } from '../support/made-pool.js';
import { ALL_UP } from '../support/pool.js';

/** Something whose work must not grow faster than what there is of something. */
export interface Work {
  readonly name: string;
  /** A pool with so much of it. */
  readonly shape: (size: number) => PoolShape;
  /** Of one size, and of one that is as many times larger; both large enough for what is always the same to weigh little. */
  readonly sizes: readonly [number, number];
  /** 1: as much as there is; 0: always the same. The square is 2. */
  readonly power: number;
  /** Where pieces of the program are that count; everywhere when not given. */
  readonly counted?: RegExp;
  /** Done once before it is counted. */
  readonly run: (made: MadePool) => Promise<unknown>;
}

/** One cluster of so many devices, twelve on each node. */
export function ofDevices(devices: number): PoolShape {
  return { volumes: 1, volumesPerCluster: 1, nodes: devices / 12, devicesPerNode: 12 };
}

/** One cluster of so many volumes. */
export function ofVolumes(volumes: number, nodes = 6): PoolShape {
  return { volumes, volumesPerCluster: volumes, nodes, devicesPerNode: 2 };
}

const NONE_DOWN: ReadonlySet<string> = new Set();

/** What a server knows of its hosts when it has looked at all of them. */
export const ALL_LOOKED_AT: NodeHealth = { ...ALL_UP, downHosts: () => NONE_DOWN };
