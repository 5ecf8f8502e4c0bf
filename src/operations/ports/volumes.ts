import type { Id } from '../../domain/ids.js';

/** Answer of `POST /volumes/{id}/health`: a volume as gluster had it at that moment. */
export interface VolumeHealth {
  readonly volumeId: Id;
  /** `missing`: gluster has no such volume; `unknown`: no host that can know could be asked. */
  readonly state: 'started' | 'stopped' | 'missing' | 'unknown';
  /** Bricks that hold the same data (or each other's redundancy), in gluster's order. */
  readonly sets: readonly (readonly BrickHealth[])[];
  /** What nobody could tell, and why; for people. */
  readonly unknown: readonly string[];
}

export interface BrickHealth {
  /** Null for a brick that is in no record. */
  readonly brickId: Id | null;
  /** As gluster calls it: `host:path`. */
  readonly name: string;
  readonly isArbiter: boolean;
  /** Whether its process runs; null where gluster does not tell, as of a node that is down. */
  readonly isRunning: boolean | null;
  /** Files that wait to be healed; null where gluster does not tell, and of volumes that keep no copies. */
  readonly healEntries: number | null;
}
