import type { Id } from '../../domain/ids.js';

/** A volume that hosts are asked about. */
export interface SoughtVolume {
  readonly id: Id;
  readonly clusterId: Id;
  readonly name: string;
  /** Nodes of its bricks: no change of the volume happens without them, so they know. */
  readonly nodeIds: readonly Id[];
}
